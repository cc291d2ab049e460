// SPDX-License-Identifier: Apache-2.0
import { describe, expect, test } from 'vitest'
import { localAws, pattern, raw, type RawResponse } from './testing.ts'

const { aws, s3 } = await localAws()
const Bucket = 'bucket'
const content = pattern(1000)
const { ETag = '' } = await s3.putObject({ Bucket, Key: 'k', Body: content })
await s3.putObject({ Bucket, Key: 'empty', Body: new Uint8Array() })

const get = (
  headers: Record<string, string>,
  path = '/bucket/k',
  method = 'GET',
): Promise<RawResponse> => raw(aws, { method, path, headers })

describe('Range', () => {
  test.each([
    ['bytes=0-0', 0, 0],
    ['bytes=10-19', 10, 19],
    ['bytes=990-', 990, 999],
    ['bytes=990-5000', 990, 999],
    ['bytes=-10', 990, 999],
    ['bytes=-1000', 0, 999],
    ['bytes=-5000', 0, 999],
    ['bytes=0-', 0, 999],
  ])('%s is bytes %i to %i', async (range, start, end) => {
    for (const method of ['GET', 'HEAD']) {
      const answer = await get({ range }, '/bucket/k', method)
      expect(answer.status).toBe(206)
      expect(answer.headers['content-range']).toBe(`bytes ${start}-${end}/1000`)
      expect(answer.headers['content-length']).toBe(String(end - start + 1))
      if (method === 'GET') expect(answer.body.equals(content.subarray(start, end + 1))).toBe(true)
    }
  })

  test.each([
    ['/bucket/k', 'bytes=1000-'],
    ['/bucket/k', 'bytes=1000-2000'],
    ['/bucket/k', 'bytes=-0'],
    ['/bucket/empty', 'bytes=0-'],
    ['/bucket/empty', 'bytes=-1'],
  ])('%s has no %s', async (path, range) => {
    const answer = await get({ range }, path)
    expect([answer.status, answer.code]).toEqual([416, 'InvalidRange'])
    expect(answer.body.toString()).toContain(`<RangeRequested>${range}</RangeRequested>`)
  })

  test.each(['bytes=5-1', 'bytes=-', 'bytes=a-b', 'items=0-1', 'bytes=0-1,3-4', 'bytes 0-1'])(
    '%s is ignored',
    async (range) => {
      const answer = await get({ range })
      expect([answer.status, answer.body.length]).toEqual([200, 1000])
      expect(answer.headers['content-range']).toBeUndefined()
    },
  )
})

describe('conditional reads', () => {
  const past = 'Sat, 01 Jan 2000 00:00:00 GMT'
  const future = new Date(Date.now() + 3600_000).toUTCString()
  const wrong = '"00000000000000000000000000000000"'
  const cases: [status: number, headers: Record<string, string>][] = [
    [200, { 'if-match': ETag }],
    [200, { 'if-match': ETag.replaceAll('"', '') }],
    [200, { 'if-match': `${wrong}, ${ETag}` }],
    [200, { 'if-match': '*' }],
    [412, { 'if-match': wrong }],
    [304, { 'if-none-match': ETag }],
    [200, { 'if-none-match': wrong }],
    [200, { 'if-modified-since': past }],
    [304, { 'if-modified-since': future }],
    [200, { 'if-unmodified-since': future }],
    [412, { 'if-unmodified-since': past }],
    // The entity tag decides, whatever the date says.
    [200, { 'if-match': ETag, 'if-unmodified-since': past }],
    [304, { 'if-none-match': ETag, 'if-modified-since': past }],
    [200, { 'if-none-match': wrong, 'if-modified-since': future }],
  ]
  test.each(cases)('%i for %j', async (status, headers) => {
    for (const method of ['GET', 'HEAD']) {
      const answer = await get(headers, '/bucket/k', method)
      expect(answer.status).toBe(status)
      if (status === 304) expect([answer.headers.etag, answer.body.length]).toEqual([ETag, 0])
      if (status === 412 && method === 'GET') expect(answer.code).toBe('PreconditionFailed')
    }
  })
})

describe('conditional writes', () => {
  test('on an object that must not be there', async () => {
    await s3.putObject({ Bucket, Key: 'new', Body: '1', IfNoneMatch: '*' })
    await expect(
      s3.putObject({ Bucket, Key: 'new', Body: '2', IfNoneMatch: '*' }),
    ).rejects.toMatchObject({ name: 'PreconditionFailed' })
  })

  test('on an object that must be the known one', async () => {
    const { ETag: first } = await s3.putObject({ Bucket, Key: 'known', Body: '1' })
    await s3.putObject({ Bucket, Key: 'known', Body: '2', IfMatch: first })
    await expect(
      s3.putObject({ Bucket, Key: 'known', Body: '3', IfMatch: first }),
    ).rejects.toMatchObject({ name: 'PreconditionFailed' })
    await expect(
      s3.putObject({ Bucket, Key: 'none', Body: '3', IfMatch: first }),
    ).rejects.toMatchObject({ name: 'NoSuchKey' })
    const { Body } = await s3.getObject({ Bucket, Key: 'known' })
    expect(await Body?.transformToString()).toBe('2')
  })

  test('of which only one of many can win', async () => {
    const race = Array.from({ length: 8 }, (_, i) =>
      s3.putObject({ Bucket, Key: 'race', Body: String(i), IfNoneMatch: '*' }),
    )
    const settled = await Promise.allSettled(race)
    expect(settled.filter(({ status }) => status === 'fulfilled')).toHaveLength(1)
  })
})

describe('a reader', () => {
  test.each([undefined, 1])(
    'gets all of an object that is replaced after %j bytes',
    async (afterBytes) => {
      const Body = pattern(4 << 20)
      await s3.putObject({ Bucket, Key: 'replaced', Body })
      const stalled = aws.s3.faults.add({
        kind: 'stall',
        on: 'response',
        operation: 'GetObject',
        key: 'replaced',
        afterBytes,
      })
      const read = s3
        .getObject({ Bucket, Key: 'replaced' })
        .then(({ Body: body }) => body?.transformToByteArray())
      await stalled.reached
      await s3.putObject({ Bucket, Key: 'replaced', Body: 'new' })
      stalled.release()
      expect(Buffer.from((await read) ?? []).equals(Body)).toBe(true)
    },
  )
})
