// SPDX-License-Identifier: Apache-2.0
import { readdirSync, mkdtempSync, rmSync } from 'node:fs'
import { request as httpRequest } from 'node:http'
import { once } from 'node:events'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { Readable } from 'node:stream'
import type { IncomingMessage } from 'node:http'
import { createHash } from 'node:crypto'
import { afterAll, describe, expect, test } from 'vitest'
import { localAws, md5, pattern, raw, s3Client, send, signedHeaders } from './testing.ts'
import { startLocalAws } from './index.ts'

const directory = mkdtempSync(join(tmpdir(), 'objects-test-'))
const { aws, s3 } = await localAws({ directory })
afterAll(() => {
  rmSync(directory, { recursive: true })
})
const Bucket = 'bucket'

describe('buckets', () => {
  test('are created, listed, described and deleted', async () => {
    const Bucket = 'short-lived'
    await s3.createBucket({ Bucket })
    await expect(s3.createBucket({ Bucket })).rejects.toMatchObject({
      name: 'BucketAlreadyOwnedByYou',
    })
    await s3.headBucket({ Bucket })
    expect((await s3.getBucketLocation({ Bucket })).LocationConstraint).toBeUndefined()
    const { Buckets } = await s3.listBuckets()
    expect(Buckets?.map(({ Name }) => Name)).toEqual(['bucket', Bucket])
    await s3.putObject({ Bucket, Key: 'k', Body: 'x' })
    await expect(s3.deleteBucket({ Bucket })).rejects.toMatchObject({ name: 'BucketNotEmpty' })
    await s3.deleteObject({ Bucket, Key: 'k' })
    await s3.deleteBucket({ Bucket })
    await expect(s3.headBucket({ Bucket })).rejects.toMatchObject({
      $metadata: { httpStatusCode: 404 },
    })
    await expect(s3.putObject({ Bucket, Key: 'k', Body: 'x' })).rejects.toMatchObject({
      name: 'NoSuchBucket',
    })
  })

  test.each(['Upper', 'a', '..', 'a..b'])('cannot be called %s', async (name) => {
    expect((await raw(aws, { method: 'PUT', path: `/${name}` })).code).toBe('InvalidBucketName')
  })
})

describe('objects', () => {
  const sizes = [0, 1, 65_535, 65_536, 65_537, 1_000_000]
  test.each(sizes)('of %i bytes come back, with the MD5 as entity tag', async (size) => {
    const Body = pattern(size)
    const put = await s3.putObject({ Bucket, Key: 'sized', Body })
    expect(put.ETag).toBe(`"${md5(Body)}"`)
    const got = await s3.getObject({ Bucket, Key: 'sized' })
    expect(got).toMatchObject({
      ETag: put.ETag,
      ContentLength: size,
      AcceptRanges: 'bytes',
      ContentType: 'application/octet-stream',
    })
    expect(Buffer.from((await got.Body?.transformToByteArray()) ?? []).equals(Body)).toBe(true)
  })

  test('of 64 MiB stream in and out', async () => {
    const chunk = pattern(1 << 20)
    const hash = createHash('md5')
    function* chunks(): Generator<Buffer> {
      for (let i = 0; i < 64; i++) {
        hash.update(chunk)
        yield chunk
      }
    }
    const Body = Readable.from(chunks(), { objectMode: false })
    const { ETag } = await s3.putObject({ Bucket, Key: 'big', Body, ContentLength: 64 << 20 })
    const expected = hash.digest('hex')
    expect(ETag).toBe(`"${expected}"`)
    const received = createHash('md5')
    const got = await s3.getObject({ Bucket, Key: 'big' })
    for await (const piece of got.Body as Readable) received.update(piece as Buffer)
    expect(received.digest('hex')).toBe(expected)
  })

  test.each(["a b/ü*()'+&=~.txt", 'a/../b/./c', 'new\nline', '%41', '/leading', 'trailing/'])(
    'may be called %j',
    async (Key) => {
      await s3.putObject({ Bucket, Key, Body: Key })
      const { Body } = await s3.getObject({ Bucket, Key })
      expect(await Body?.transformToString()).toBe(Key)
      await s3.deleteObject({ Bucket, Key })
    },
  )

  test('keep what is said about them', async () => {
    const said = {
      Metadata: { owner: 'me', 'with-spaces': 'a  b' },
      ContentType: 'text/plain; charset=utf-8',
      ContentEncoding: 'gzip',
      ContentDisposition: 'attachment; filename="a.txt"',
      ContentLanguage: 'de',
      CacheControl: 'no-store',
      StorageClass: 'STANDARD_IA',
      WebsiteRedirectLocation: '/other',
      ServerSideEncryption: 'aws:kms',
      SSEKMSKeyId: 'alias/x',
    } as const
    const Body = Readable.from([pattern(10)])
    const put = await s3.putObject({
      Bucket,
      Key: 'said',
      Body,
      ContentLength: 10,
      Expires: new Date('2030-01-02T03:04:05Z'),
      Tagging: 'a=1&b=%20',
      ...said,
    })
    expect(put).toMatchObject({ ServerSideEncryption: 'aws:kms', SSEKMSKeyId: 'alias/x' })
    const head = await s3.headObject({ Bucket, Key: 'said' })
    const got = await s3.getObject({ Bucket, Key: 'said' })
    await got.Body?.transformToByteArray()
    for (const answer of [head, got]) {
      expect(answer).toMatchObject({ ...said, ContentLength: 10, TagCount: 2 })
      expect(answer.ExpiresString).toBe('Wed, 02 Jan 2030 03:04:05 GMT')
      expect(Math.abs(Date.now() - Number(answer.LastModified))).toBeLessThan(60_000)
    }
  })

  test('answer with other headers when a read asks for them', async () => {
    await s3.putObject({ Bucket, Key: 'override', Body: 'x', ContentType: 'text/plain' })
    const got = await s3.getObject({
      Bucket,
      Key: 'override',
      ResponseContentType: 'image/png',
      ResponseCacheControl: 'max-age=1',
    })
    await got.Body?.transformToString()
    expect(got).toMatchObject({ ContentType: 'image/png', CacheControl: 'max-age=1' })
  })

  test('have tags', async () => {
    await s3.putObject({ Bucket, Key: 'tags', Body: 'x', Tagging: 'a=1' })
    expect((await s3.getObjectTagging({ Bucket, Key: 'tags' })).TagSet).toEqual([
      { Key: 'a', Value: '1' },
    ])
    const TagSet = [{ Key: 'b & c', Value: '<2>' }]
    await s3.putObjectTagging({ Bucket, Key: 'tags', Tagging: { TagSet } })
    expect((await s3.getObjectTagging({ Bucket, Key: 'tags' })).TagSet).toEqual(TagSet)
    await s3.deleteObjectTagging({ Bucket, Key: 'tags' })
    expect((await s3.getObjectTagging({ Bucket, Key: 'tags' })).TagSet).toEqual([])
  })

  test('are deleted one by one and in lists', async () => {
    const keys = ['d1', 'd2', 'd&3']
    for (const Key of keys) await s3.putObject({ Bucket, Key, Body: 'x' })
    await s3.deleteObject({ Bucket, Key: 'd1' })
    await s3.deleteObject({ Bucket, Key: 'd1' })
    await expect(s3.getObject({ Bucket, Key: 'd1' })).rejects.toMatchObject({ name: 'NoSuchKey' })
    const Objects = [{ Key: 'd2' }, { Key: 'd&3' }, { Key: 'never' }]
    const { Deleted } = await s3.deleteObjects({ Bucket, Delete: { Objects } })
    expect(Deleted).toEqual(Objects)
    const quiet = await s3.deleteObjects({ Bucket, Delete: { Objects, Quiet: true } })
    expect(quiet.Deleted).toBeUndefined()

    const list = '<Delete><Object><Key>x</Key></Object></Delete>'
    const unchecked = { method: 'POST', path: `/${Bucket}?delete=`, body: list }
    expect((await raw(aws, unchecked)).code).toBe('InvalidRequest')
    const headers = { 'content-md5': createHash('md5').update(list).digest('base64') }
    expect((await raw(aws, { ...unchecked, headers })).status).toBe(200)
    expect((await raw(aws, { ...unchecked, headers, body: `${list} ` })).code).toBe('BadDigest')
  })

  test('are copied, with their metadata or with new', async () => {
    const source = { Bucket, Key: 'copy/ü source' }
    const { ETag } = await s3.putObject({
      ...source,
      Body: pattern(70_000),
      ContentType: 'text/plain',
      Metadata: { a: '1' },
      Tagging: 't=1',
    })
    const CopySource = `${Bucket}/${encodeURIComponent(source.Key)}`
    const copied = await s3.copyObject({ Bucket, Key: 'copied', CopySource })
    expect(copied.CopyObjectResult?.ETag).toBe(ETag)
    expect(await s3.headObject({ Bucket, Key: 'copied' })).toMatchObject({
      ETag,
      ContentType: 'text/plain',
      Metadata: { a: '1' },
      TagCount: 1,
    })
    await s3.copyObject({
      Bucket,
      Key: 'copied',
      CopySource: `${Bucket}/copied`,
      MetadataDirective: 'REPLACE',
      Metadata: { b: '2' },
    })
    const { Body, Metadata } = await s3.getObject({ Bucket, Key: 'copied' })
    expect(Metadata).toEqual({ b: '2' })
    expect(`"${md5((await Body?.transformToByteArray()) ?? '')}"`).toBe(ETag)

    for (const [conditions, name] of [
      [{ CopySourceIfMatch: '"x"' }, 'PreconditionFailed'],
      [{ CopySourceIfNoneMatch: ETag }, 'PreconditionFailed'],
      [{ CopySource: `${Bucket}/none` }, 'NoSuchKey'],
      [{ Key: source.Key }, 'InvalidRequest'],
    ] as const) {
      await expect(
        s3.copyObject({ Bucket, Key: 'other', CopySource, ...conditions }),
      ).rejects.toMatchObject({ name })
    }
  })

  test('outlive the server, and a broken upload leaves nothing behind', async () => {
    await s3.putObject({ Bucket, Key: 'kept', Body: 'kept', Metadata: { a: 'b' } })
    const second = await startLocalAws({ directory })
    const again = s3Client(second)
    const { Body, Metadata } = await again.getObject({ Bucket, Key: 'kept' })
    expect([await Body?.transformToString(), Metadata]).toEqual(['kept', { a: 'b' }])
    again.destroy()
    await second.stop()
  })
})

describe('uploads that break off', () => {
  const files = (): number => readdirSync(join(directory, 's3', Bucket)).length
  const path = `/${Bucket}/broken`

  test('because the client leaves', async () => {
    const before = files()
    const headers = signedHeaders(aws, { method: 'PUT', path })
    const outgoing = httpRequest(aws.s3.endpoint + path, {
      method: 'PUT',
      headers: { ...headers, 'content-length': 1000 },
    })
    outgoing.on('error', () => undefined)
    const stalled = aws.s3.faults.add({ kind: 'stall', on: 'request', afterBytes: 10 })
    outgoing.write(pattern(500))
    await stalled.reached
    const gone = new Promise((resolve) => outgoing.once('close', resolve))
    outgoing.destroy()
    await gone
    stalled.release()
    expect((await raw(aws, { path })).code).toBe('NoSuchKey')
    await expect.poll(files).toBe(before)
  })

  test('because there is no length', async () => {
    const headers = {
      ...signedHeaders(aws, { method: 'PUT', path }),
      'transfer-encoding': 'chunked',
    }
    const answer = await send(aws.s3.endpoint + path, 'PUT', headers, 'x')
    expect([answer.status, answer.code]).toEqual([411, 'MissingContentLength'])
  })
})

describe('user metadata', () => {
  const path = `/${Bucket}/meta`
  const put = (value: string): ReturnType<typeof raw> =>
    raw(aws, { method: 'PUT', path, headers: { 'x-amz-meta-m': value }, body: '' })

  test.each([
    ['ö', '=?UTF-8?B?w4PCtg==?='],
    ['Miniö', '=?UTF-8?Q?Mini=C3=83=C2=B6?='],
    [
      '{"ключ":"значение","a":"日本"}',
      '=?UTF-8?B?eyLDkMK6w5DCu8ORwo7DkcKHIjoiw5DCt8OQwr3DkMKww5HCh8OQwrXDkMK9w5DCuMOQwrUiLCJhIjoiw6bCl8Klw6bCnMKsIn0=?=',
    ],
    ['plain ASCII', 'plain ASCII'],
  ])('%s comes back as %s', async (value, returned) => {
    expect((await put(Buffer.from(value).toString('latin1'))).status).toBe(200)
    expect((await raw(aws, { path })).headers['x-amz-meta-m']).toBe(returned)
  })

  test('is limited to 2048 bytes of names and values', async () => {
    expect((await put('x'.repeat(2047))).status).toBe(200)
    expect((await put('x'.repeat(2048))).code).toBe('MetadataTooLarge')
    const twoBytesEach = Buffer.from('ö'.repeat(1024)).toString('latin1')
    expect((await put(twoBytesEach)).code).toBe('MetadataTooLarge')
  })
})

describe('errors', () => {
  test.each([
    ['GET', '/bucket/none', 404, 'NoSuchKey'],
    ['GET', '/none/none', 404, 'NoSuchBucket'],
    ['DELETE', '/bucket/k?uploadId=none', 404, 'NoSuchUpload'],
    ['POST', '/bucket', 405, 'MethodNotAllowed'],
    ['GET', '/bucket/k?acl=', 501, 'NotImplemented'],
  ])('%s %s: %i %s', async (method, path, status, code) => {
    const answer = await raw(aws, { method, path })
    expect([answer.status, answer.code]).toEqual([status, code])
    const document = answer.body.toString()
    const id = answer.headers['x-amz-request-id'] as string
    expect(document).toContain(`<RequestId>${id}</RequestId>`)
    expect(document).toContain(`<Resource>${path.replace(/\?.*/, '')}</Resource>`)
    expect(answer.headers).toMatchObject({ server: 'AmazonS3', 'content-type': 'application/xml' })
    expect(answer.headers.date).toBeDefined()
  })

  test('of HEAD have no body', async () => {
    const answer = await raw(aws, { method: 'HEAD', path: '/bucket/none' })
    expect([answer.status, answer.body.length]).toEqual([404, 0])
  })
})

describe('Expect: 100-continue', () => {
  const start = (path: string): ReturnType<typeof httpRequest> => {
    const outgoing = httpRequest(aws.s3.endpoint + path, {
      method: 'PUT',
      agent: false,
      headers: {
        ...signedHeaders(aws, { method: 'PUT', path }),
        'content-length': 3,
        expect: '100-continue',
      },
    })
    outgoing.flushHeaders()
    return outgoing
  }

  test('asks for the body of a good request', async () => {
    const outgoing = start('/bucket/expected')
    await once(outgoing, 'continue')
    outgoing.end('abc')
    const [response] = (await once(outgoing, 'response')) as [IncomingMessage]
    expect(response.statusCode).toBe(200)
    expect(response.headers.etag).toBe(`"${md5('abc')}"`)
  })

  test('refuses a bad one without its body', async () => {
    const outgoing = start('/none/expected')
    const [response] = (await once(outgoing, 'response')) as [IncomingMessage]
    expect(response.statusCode).toBe(404)
    outgoing.on('error', () => undefined).destroy()
  })
})

describe('versions', () => {
  test('are kept once the bucket is told to', async () => {
    const Bucket = 'versioned'
    await s3.createBucket({ Bucket })
    expect((await s3.getBucketVersioning({ Bucket })).Status).toBeUndefined()
    await s3.putBucketVersioning({ Bucket, VersioningConfiguration: { Status: 'Enabled' } })
    expect((await s3.getBucketVersioning({ Bucket })).Status).toBe('Enabled')

    const read = async (VersionId?: string): Promise<string | undefined> => {
      const { Body } = await s3.getObject({ Bucket, Key: 'k', VersionId })
      return Body?.transformToString()
    }
    const first = await s3.putObject({ Bucket, Key: 'k', Body: '1' })
    const second = await s3.putObject({ Bucket, Key: 'k', Body: '2' })
    expect(await read()).toBe('2')
    expect(await read(first.VersionId)).toBe('1')
    const marker = await s3.deleteObject({ Bucket, Key: 'k' })
    expect(marker.DeleteMarker).toBe(true)
    await expect(read()).rejects.toMatchObject({ name: 'NoSuchKey' })
    await expect(read(marker.VersionId)).rejects.toMatchObject({ name: 'MethodNotAllowed' })
    await s3.deleteObject({ Bucket, Key: 'k', VersionId: marker.VersionId })
    expect(await read()).toBe('2')
    await s3.deleteObject({ Bucket, Key: 'k', VersionId: second.VersionId })
    expect(await read()).toBe('1')
    await expect(read(second.VersionId)).rejects.toMatchObject({ name: 'NoSuchVersion' })
  })
})
