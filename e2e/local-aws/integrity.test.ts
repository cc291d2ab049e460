// SPDX-License-Identifier: Apache-2.0
import { createHash } from 'node:crypto'
import { Readable } from 'node:stream'
import { crc32 } from 'node:zlib'
import { ChecksumAlgorithm } from '@aws-sdk/client-s3'
import { describe, expect, test } from 'vitest'
import { decodeAwsChunked } from './s3/aws-chunked.ts'
import { digestOf, type ChecksumAlgorithm as Algorithm } from './s3/checksums.ts'
import { combineCrc } from './s3/crc.ts'
import { hmac } from './sigv4.ts'
import { localAws, pattern, raw, sha256, type RawResponse } from './testing.ts'

const { aws, s3 } = await localAws()
const Bucket = 'bucket'
const path = '/bucket/k'

const put = (
  body: string | Buffer,
  headers: Record<string, string> = {},
  payload?: string,
): Promise<RawResponse> =>
  raw(aws, { method: 'PUT', path, headers, body, ...(payload === undefined ? {} : { payload }) })

/** Expects a refusal that leaves no object. */
async function refused(answer: Promise<RawResponse>, code: string): Promise<void> {
  const { status, code: actual } = await answer
  expect([status, actual]).toEqual([code === 'SignatureDoesNotMatch' ? 403 : 400, code])
  expect((await raw(aws, { path })).code).toBe('NoSuchKey')
}

// Check values of the nine bytes "123456789" from the catalogue of parametrised CRC algorithms
// (https://reveng.sourceforge.io/crc-catalogue/all.htm); the hashes are node:crypto's.
const nine = Buffer.from('123456789')
const known: Record<Algorithm, string> = {
  CRC32: 'cbf43926',
  CRC32C: 'e3069283',
  CRC64NVME: 'ae8b14860a799888',
  SHA1: createHash('sha1').update(nine).digest('hex'),
  SHA256: createHash('sha256').update(nine).digest('hex'),
}
const algorithms = Object.keys(known) as Algorithm[]

describe.each(algorithms)('%s', (algorithm) => {
  const header = `x-amz-checksum-${algorithm.toLowerCase()}`
  const value = Buffer.from(known[algorithm], 'hex').toString('base64')

  test('does not depend on how the bytes are cut', () => {
    const data = pattern(1000)
    const whole = digestOf(algorithm)
    whole.update(data)
    const cut = digestOf(algorithm)
    for (const [start, end] of [
      [0, 1],
      [1, 14],
      [14, 14],
      [14, 1000],
    ] as const) {
      cut.update(data.subarray(start, end))
    }
    expect(cut.digest().equals(whole.digest())).toBe(true)
  })

  test('is checked in a header, stored, and returned when asked for', async () => {
    const answer = await put(nine, { [header]: value })
    expect(answer.headers[header]).toBe(value)
    const asked = { 'x-amz-checksum-mode': 'ENABLED' }
    const got = await raw(aws, { path, headers: asked })
    expect([got.headers[header], got.headers['x-amz-checksum-type']]).toEqual([
      value,
      'FULL_OBJECT',
    ])
    expect((await raw(aws, { path })).headers[header]).toBeUndefined()
    const ranged = await raw(aws, { path, headers: { ...asked, range: 'bytes=0-1' } })
    expect(ranged.headers[header]).toBeUndefined()
    await s3.deleteObject({ Bucket, Key: 'k' })
    await refused(put('12345678x', { [header]: value }), 'BadDigest')
    await refused(put(nine, { [header]: 'AA==' }), 'InvalidRequest')
  })

  test('is checked in a trailer', async () => {
    const send = (check: string): Promise<RawResponse> =>
      put(
        `4\r\n1234\r\n5\r\n56789\r\n0\r\n${header}:${check}\r\n\r\n`,
        {
          'content-encoding': 'aws-chunked',
          'x-amz-trailer': header,
          'x-amz-decoded-content-length': '9',
        },
        'STREAMING-UNSIGNED-PAYLOAD-TRAILER',
      )
    expect((await send(value)).status).toBe(200)
    const got = await raw(aws, { path })
    expect(got.body.equals(nine)).toBe(true)
    expect(got.headers['content-encoding']).toBeUndefined()
    await s3.deleteObject({ Bucket, Key: 'k' })
    const wrong = Buffer.from(value, 'base64').fill(0, 0, 1).toString('base64')
    await refused(send(wrong), 'BadDigest')
    await refused(send(''), 'InvalidRequest')
  })

  test('is understood by the SDK, in bytes and in streams', async () => {
    const data = pattern(300_000)
    const options = { Bucket, Key: 'sdk', ChecksumAlgorithm: ChecksumAlgorithm[algorithm] }
    // CRC64NVME needs a package of its own, which the SDK then asks for.
    if (algorithm === 'CRC64NVME') return
    await s3.putObject({ ...options, Body: data })
    await s3.putObject({ ...options, Body: Readable.from([data]), ContentLength: data.length })
    const { Body } = await s3.getObject({ Bucket, Key: 'sdk' })
    expect(Buffer.from((await Body?.transformToByteArray()) ?? []).equals(data)).toBe(true)
  })
})

test('checks of parts combine to that of the whole', () => {
  const [a, b] = [pattern(1000), pattern(777)]
  const check = (data: Buffer): Buffer => {
    const value = Buffer.alloc(4)
    value.writeUInt32BE(crc32(data))
    return value
  }
  expect(combineCrc(0xedb8_8320n, check(a), check(b), b.length)).toEqual(
    check(Buffer.concat([a, b])),
  )
  const crc64 = (data: Buffer): Buffer => {
    const digest = digestOf('CRC64NVME')
    digest.update(data)
    return digest.digest()
  }
  expect(combineCrc(0x9a6c_9329_ac4b_c9b5n, crc64(a), crc64(b), b.length)).toEqual(
    crc64(Buffer.concat([a, b])),
  )
})

describe('other statements about a body', () => {
  test('Content-MD5', async () => {
    const header = (data: string): Record<string, string> => ({
      'content-md5': createHash('md5').update(data).digest('base64'),
    })
    await refused(put('abc', header('abd')), 'BadDigest')
    await refused(put('abc', { 'content-md5': 'AAAA' }), 'InvalidDigest')
    expect((await put('abc', header('abc'))).status).toBe(200)
    await s3.deleteObject({ Bucket, Key: 'k' })
  })

  test('x-amz-content-sha256', async () => {
    await refused(put('abc', {}, sha256('abd')), 'XAmzContentSHA256Mismatch')
    expect((await put('abc', {}, sha256('abc'))).status).toBe(200)
    await s3.deleteObject({ Bucket, Key: 'k' })
  })

  test('more than one checksum', async () => {
    const two = { 'x-amz-checksum-sha1': 'AA==', 'x-amz-checksum-crc32': 'AAAAAA==' }
    await refused(put('abc', two), 'InvalidRequest')
  })
})

describe('aws-chunked', () => {
  const unsigned = (body: string, length: number, encoding = 'aws-chunked'): Promise<RawResponse> =>
    put(
      body,
      { 'content-encoding': encoding, 'x-amz-decoded-content-length': String(length) },
      'STREAMING-UNSIGNED-PAYLOAD-TRAILER',
    )

  test.each([
    ['another length than announced', '3\r\nabc\r\n0\r\n\r\n', 4, 'IncompleteBody'],
    ['no last chunk', '3\r\nabc\r\n', 3, 'IncompleteBody'],
    ['a short chunk', '4\r\nabc', 4, 'IncompleteBody'],
    ['a long chunk', '2\r\nabc\r\n0\r\n\r\n', 2, 'InvalidRequest'],
    ['a bad size', 'x\r\nabc\r\n0\r\n\r\n', 3, 'InvalidRequest'],
  ])('with %s is refused', async (_, body, length, code) => {
    await refused(unsigned(body, length), code)
  })

  test('leaves other encodings alone', async () => {
    await unsigned('3\r\nabc\r\n0\r\n\r\n', 3, 'gzip,aws-chunked')
    const { headers, body } = await raw(aws, { path })
    expect([headers['content-encoding'], body.toString()]).toEqual(['gzip', 'abc'])
  })

  // The worked example of AWS's documentation, "Signature calculations for the Authorization header:
  // transferring payload in multiple chunks": 65 KiB of "a" in chunks of 64 KiB.
  const chunk = (size: number, signature: string): Buffer =>
    Buffer.from(`${size.toString(16)};chunk-signature=${signature}\r\n${'a'.repeat(size)}\r\n`)
  const chunks = [
    chunk(65_536, 'ad80c730a21e5b8d04586a2213dd63b9a0e99e0e2307b0ade35a65485a288648'),
    chunk(1024, '0055627c9e194cb4542bae2aa5492e3c1575bbb81b612b7d234b86a503ef5497'),
    chunk(0, 'b6c6ea8a5354eaf15b3cb7646744f4275b71ea724fed81ceb9323e279d449df9'),
  ]
  const scope = '20130524/us-east-1/s3/aws4_request'
  const example = {
    region: 'us-east-1',
    date: '20130524T000000Z',
    scope,
    signingKey: scope
      .split('/')
      .reduce<string | Buffer>(hmac, `AWS4${aws.credentials.secretAccessKey}`) as Buffer,
    signature: '4f232c4386841ef735655705268965c44a0e4690baa4adea153f7db9fa80a0a9',
    payloadHash: 'STREAMING-AWS4-HMAC-SHA256-PAYLOAD',
  }
  const decode = async (parts: readonly Buffer[]): Promise<Buffer> => {
    const decoded = decodeAwsChunked(Readable.from(parts), new Map(), example)
    return Buffer.concat((await Readable.from(decoded).toArray()) as Buffer[])
  }

  test('with signatures, as in the documentation', async () => {
    expect((await decode(chunks)).equals(Buffer.alloc(66_560, 'a'))).toBe(true)
    const whole = Buffer.concat(chunks)
    const bytewise = Array.from({ length: 200 }, (_, i) => whole.subarray(i, i + 1))
    expect(await decode([...bytewise, whole.subarray(200)])).toHaveLength(66_560)
  })

  test('with a changed, missing or moved signature is refused', async () => {
    const mismatch = { code: 'SignatureDoesNotMatch' }
    const changed = Buffer.from(chunks[0] ?? [])
    changed.write('b', 100)
    await expect(decode([changed, ...chunks.slice(1)])).rejects.toMatchObject(mismatch)
    await expect(decode(chunks.slice(1))).rejects.toMatchObject(mismatch)
    await expect(decode([Buffer.from('0\r\n\r\n')])).rejects.toMatchObject(mismatch)
  })

  test('with signatures and a signed trailer', async () => {
    const checksum = digestOf('CRC32C')
    checksum.update(nine)
    const trailer = `x-amz-checksum-crc32c:${checksum.digest().toString('base64')}`
    const sign = (previous: string, kind: string, ...hashes: string[]): string =>
      hmac(
        example.signingKey,
        [`AWS4-HMAC-SHA256-${kind}`, example.date, scope, previous, ...hashes].join('\n'),
      ).toString('hex')
    const first = sign(example.signature, 'PAYLOAD', sha256(''), sha256(nine))
    const last = sign(first, 'PAYLOAD', sha256(''), sha256(''))
    const signed = sign(last, 'TRAILER', sha256(`${trailer}\n`))
    const body = (signature: string): Readable =>
      Readable.from([
        Buffer.from(
          `9;chunk-signature=${first}\r\n123456789\r\n0;chunk-signature=${last}\r\n` +
            `${trailer}\r\nx-amz-trailer-signature:${signature}\r\n\r\n`,
        ),
      ])
    const trailers = new Map<string, string>()
    await Readable.from(decodeAwsChunked(body(signed), trailers, example)).toArray()
    expect(trailers.get('x-amz-checksum-crc32c')).toBe('4waSgw==')
    await expect(
      Readable.from(decodeAwsChunked(body(first), new Map(), example)).toArray(),
    ).rejects.toMatchObject({ code: 'SignatureDoesNotMatch' })
  })
})
