// SPDX-License-Identifier: Apache-2.0
import { afterEach, describe, expect, test } from 'vitest'
import type { Fault } from './index.ts'
import { localAws, md5, pattern, raw, s3Client, send } from './testing.ts'

const { aws, s3 } = await localAws()
const { faults, requests } = aws.s3
const plain = s3Client(aws, { responseChecksumValidation: 'WHEN_REQUIRED' })
const Bucket = 'bucket'
const content = pattern(1 << 20)
await s3.putObject({ Bucket, Key: 'k', Body: content })
const read = async (key = 'k'): Promise<Buffer> => {
  const { Body } = await plain.getObject({ Bucket, Key: key })
  return Buffer.from((await Body?.transformToByteArray()) ?? [])
}
const exists = (Key: string): Promise<boolean> =>
  s3.headObject({ Bucket, Key }).then(
    () => true,
    () => false,
  )

afterEach(() => {
  faults.clear()
  requests.clear()
})

describe('a fault', () => {
  test('answers with an error, for the chosen requests', async () => {
    const slow = { kind: 'status', status: 503, code: 'SlowDown' } as const
    const fault = faults.add({ ...slow, operation: 'GetObject', key: 'k', skip: 1, times: 2 })
    await s3.headObject({ Bucket, Key: 'k' })
    await read()
    for (let i = 0; i < 2; i++) await expect(read()).rejects.toMatchObject({ name: 'SlowDown' })
    await read()
    expect(fault.hits).toBe(2)
    expect(requests.of('GetObject').map(({ status }) => status)).toEqual([200, 503, 503, 200])
    fault.remove()
    expect(faults.list()).toEqual([])
  })

  test('is survived by retries', async () => {
    faults.add({ kind: 'status', status: 503, code: 'SlowDown', operation: 'PutObject', times: 2 })
    const retrying = s3Client(aws, { maxAttempts: 3 })
    await retrying.putObject({ Bucket, Key: 'retried', Body: 'x' })
    expect(requests.of('PutObject').map(({ status }) => status)).toEqual([503, 503, 200])
  })

  test('resets the connection before, during and after an upload', async () => {
    const put = (Key: string): Promise<unknown> => s3.putObject({ Bucket, Key, Body: content })
    faults.add({ kind: 'reset', operation: 'PutObject' })
    await expect(put('before')).rejects.toThrow()
    faults.add({ kind: 'reset', operation: 'PutObject', afterBytes: 1000 })
    await expect(put('during')).rejects.toThrow()
    faults.add({ kind: 'reset', operation: 'PutObject', on: 'response' })
    await expect(put('after')).rejects.toThrow()
    expect(requests.of('PutObject').map(({ status }) => status)).toEqual([0, 0, 0])
    expect(await Promise.all(['before', 'during', 'after'].map(exists))).toEqual([
      false,
      false,
      true,
    ])
  })

  test('resets and truncates downloads', async () => {
    faults.add({ kind: 'reset', on: 'response', afterBytes: 1000, operation: 'GetObject' })
    await expect(read()).rejects.toThrow()
    faults.add({ kind: 'truncate', afterBytes: 70_000, operation: 'GetObject' })
    const { Body } = await plain.getObject({ Bucket, Key: 'k' })
    let received = 0
    await expect(
      (async () => {
        for await (const chunk of Body as AsyncIterable<Buffer>) received += chunk.length
      })(),
    ).rejects.toThrow('aborted')
    expect(received).toBe(70_000)
  })

  test('corrupts one byte', async () => {
    faults.add({ kind: 'corrupt', offset: 600_000, operation: 'GetObject' })
    const got = await read()
    const different = [...got.entries()].filter(([i, byte]) => byte !== content[i])
    expect(different.map(([i]) => i)).toEqual([600_000])
    expect(md5(await read())).toBe(md5(content))
  })

  test('stalls until it is released, or the client leaves', async () => {
    const fault = faults.add({ kind: 'stall', times: 2, on: 'response', afterBytes: 10 })
    const abort = new AbortController()
    const left = s3.getObject({ Bucket, Key: 'k' }, { abortSignal: abort.signal })
    await fault.reached
    const { Body } = await left
    abort.abort()
    await expect(Body?.transformToByteArray()).rejects.toThrow()
    const waiting = read()
    await expect.poll(() => fault.hits).toBe(2)
    fault.release()
    expect(md5(await waiting)).toBe(md5(content))
  })

  test('delays, and answers with a wrong entity tag', async () => {
    faults.add({ kind: 'delay', ms: 50, operation: 'HeadObject' })
    const start = performance.now()
    const { ETag } = await s3.headObject({ Bucket, Key: 'k' })
    expect(performance.now() - start).toBeGreaterThan(45)
    faults.add({ kind: 'wrong-etag', operation: 'HeadObject' })
    expect((await s3.headObject({ Bucket, Key: 'k' })).ETag).not.toBe(ETag)
  })

  test('runs something before the operation', async () => {
    faults.add({
      kind: 'replace',
      operation: 'GetObject',
      async run() {
        await s3.putObject({ Bucket, Key: 'swapped', Body: 'new' })
      },
    })
    await s3.putObject({ Bucket, Key: 'swapped', Body: 'old' })
    expect((await read('swapped')).toString()).toBe('new')
  })

  test('strikes one part of an upload', async () => {
    const part = { Bucket, Key: 'parts', Body: 'x' }
    const { UploadId } = await s3.createMultipartUpload(part)
    faults.add({ kind: 'status', status: 500, code: 'InternalError', partNumber: 2 })
    await s3.uploadPart({ ...part, UploadId, PartNumber: 1 })
    await expect(s3.uploadPart({ ...part, UploadId, PartNumber: 2 })).rejects.toThrow()
    expect(requests.of('UploadPart').map(({ partNumber }) => partNumber)).toEqual([1, 2])
  })
})

test('the log has what was asked and how it went', async () => {
  await raw(aws, { path: '/bucket/k', headers: { range: 'bytes=0-9' } })
  await raw(aws, { method: 'PUT', path: '/bucket/logged', body: '12345' })
  expect(requests.entries).toMatchObject([
    { operation: 'GetObject', bucket: 'bucket', key: 'k', status: 206, bytesIn: 0, bytesOut: 10 },
    { operation: 'PutObject', method: 'PUT', key: 'logged', status: 200, bytesIn: 5, bytesOut: 0 },
  ])
  expect(requests.entries[0]?.headers['range']).toBe('bytes=0-9')
})

describe('a flipped byte', () => {
  test('is stored, and no checksum tells', async () => {
    const { ETag } = await s3.putObject({ Bucket, Key: 'flip', Body: 'abc' })
    await aws.s3.flipByte(Bucket, 'flip', 1)
    const got = await s3.getObject({ Bucket, Key: 'flip' })
    expect([await got.Body?.transformToString(), got.ETag]).toEqual(['acc', ETag])
    await expect(aws.s3.flipByte(Bucket, 'flip', 3)).rejects.toThrow()
    await expect(aws.s3.flipByte(Bucket, 'none')).rejects.toThrow()
  })
})

describe('other processes', () => {
  const control = async (method: string, path: string, input?: unknown): Promise<unknown> => {
    const body = input === undefined ? undefined : JSON.stringify(input)
    const answer = await send(`${aws.s3.endpoint}/_local/${path}`, method, {}, body)
    expect(answer.status).toBe(200)
    return JSON.parse(answer.body.toString())
  }

  test('add faults, read the log, flip bytes and hide headers', async () => {
    const fault: Fault = { kind: 'status', status: 503, code: 'SlowDown', times: null }
    await control('POST', 'faults', fault)
    for (let i = 0; i < 3; i++)
      expect((await raw(aws, { path: '/bucket/k' })).code).toBe('SlowDown')
    expect(await control('GET', 'faults')).toEqual([{ ...fault, hits: 3 }])
    await control('DELETE', 'faults')
    expect((await raw(aws, { path: '/bucket/k' })).status).toBe(200)
    expect(await control('GET', 'requests')).toHaveLength(4)
    await control('DELETE', 'requests')
    expect(await control('GET', 'requests')).toEqual([])

    await control('POST', 'flip', { bucket: Bucket, key: 'k', offset: 3 })
    expect((await read())[3]).toBe(2)
    await control('POST', 'flip', { bucket: Bucket, key: 'k', offset: 3 })
    await control('POST', 'hide-headers', { names: '^etag$' })
    const hidden = await raw(aws, { path: '/bucket/k' })
    expect(hidden.headers['access-control-expose-headers']).not.toContain('etag')
    await control('POST', 'hide-headers', { names: null })
  })

  test('are told what they got wrong', async () => {
    const flip = `${aws.s3.endpoint}/_local/flip`
    const missing = await send(flip, 'POST', {}, JSON.stringify({ bucket: Bucket, key: 'none' }))
    expect(missing.status).toBe(404)
    expect((await send(flip, 'POST', {}, 'not JSON')).status).toBe(400)
    expect((await send(`${aws.s3.endpoint}/_local/none`, 'GET', {})).status).toBe(404)
  })
})
