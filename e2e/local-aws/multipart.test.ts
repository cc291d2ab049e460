// SPDX-License-Identifier: Apache-2.0
import { createHash } from 'node:crypto'
import { crc32 } from 'node:zlib'
import { type ChecksumAlgorithm, type CompletedPart } from '@aws-sdk/client-s3'
import { Upload } from '@aws-sdk/lib-storage'
import { describe, expect, test } from 'vitest'
import { localAws, md5, pattern, raw, s3Client } from './testing.ts'

const { aws, s3 } = await localAws()
// Without checksums unless a test asks for them: completing must then repeat each part's.
const plain = s3Client(aws, { requestChecksumCalculation: 'WHEN_REQUIRED' })
const Bucket = 'bucket'
const MiB = 1 << 20
const pieces = [pattern(5 * MiB), pattern(6 * MiB).fill(1, 0, 99), pattern(1000)]

async function upload(
  Key: string,
  bodies: readonly Buffer[],
  ChecksumAlgorithm?: ChecksumAlgorithm,
): Promise<{ UploadId: string; Parts: CompletedPart[] }> {
  const { UploadId = '' } = await plain.createMultipartUpload({ Bucket, Key, ChecksumAlgorithm })
  const Parts = await Promise.all(
    bodies.map(async (Body, i): Promise<CompletedPart> => {
      const part = { Bucket, Key, UploadId, PartNumber: i + 1, Body, ChecksumAlgorithm }
      const { ETag, ChecksumSHA256 } = await plain.uploadPart(part)
      return { PartNumber: i + 1, ETag, ChecksumSHA256 }
    }),
  )
  return { UploadId, Parts }
}

const complete = (Key: string, UploadId: string, Parts: CompletedPart[], more = {}) =>
  plain.completeMultipartUpload({ Bucket, Key, UploadId, MultipartUpload: { Parts }, ...more })

describe('a multipart upload', () => {
  test('becomes one object', async () => {
    const { UploadId, Parts } = await upload('m', pieces)
    expect(Parts.map(({ ETag }) => ETag)).toEqual(pieces.map((piece) => `"${md5(piece)}"`))
    const { ETag } = await complete('m', UploadId, Parts)
    const hashes = Buffer.concat(pieces.map((piece) => Buffer.from(md5(piece), 'hex')))
    expect(ETag).toBe(`"${md5(hashes)}-3"`)

    const whole = Buffer.concat(pieces)
    const got = await s3.getObject({ Bucket, Key: 'm' })
    expect(got.ETag).toBe(ETag)
    expect(md5((await got.Body?.transformToByteArray()) ?? '')).toBe(md5(whole))
    const [start, end] = [5 * MiB - 10, 11 * MiB + 10]
    const ranged = await s3.getObject({ Bucket, Key: 'm', Range: `bytes=${start}-${end}` })
    expect(md5((await ranged.Body?.transformToByteArray()) ?? '')).toBe(
      md5(whole.subarray(start, end + 1)),
    )
    const second = await s3.getObject({ Bucket, Key: 'm', PartNumber: 2 })
    expect(second).toMatchObject({
      PartsCount: 3,
      ContentRange: `bytes ${5 * MiB}-${11 * MiB - 1}/${whole.length}`,
    })
    expect(md5((await second.Body?.transformToByteArray()) ?? '')).toBe(md5(pieces[1] ?? ''))
    expect(await s3.headObject({ Bucket, Key: 'm', PartNumber: 3 })).toMatchObject({
      ContentLength: 1000,
      PartsCount: 3,
    })
    await expect(s3.getObject({ Bucket, Key: 'm', PartNumber: 4 })).rejects.toMatchObject({
      name: 'InvalidPartNumber',
    })
  })

  test('keeps what was said when it began', async () => {
    const { UploadId } = await plain.createMultipartUpload({
      Bucket,
      Key: 'said',
      Metadata: { a: 'b' },
      ContentType: 'text/plain',
      Tagging: 'x=y',
    })
    const part = { Bucket, Key: 'said', UploadId, PartNumber: 7 }
    const { ETag } = await plain.uploadPart({ ...part, Body: 'only' })
    await complete('said', UploadId ?? '', [{ PartNumber: 7, ETag }])
    expect(await s3.headObject({ Bucket, Key: 'said' })).toMatchObject({
      Metadata: { a: 'b' },
      ContentType: 'text/plain',
      TagCount: 1,
      ContentLength: 4,
    })
  })

  test('must name its parts in order, as they were sent, and large enough', async () => {
    const { UploadId, Parts } = await upload('bad', pieces)
    const [first = {}, second = {}, small = {}] = Parts
    const refused = async (parts: CompletedPart[], name: string): Promise<void> => {
      await expect(complete('bad', UploadId, parts)).rejects.toMatchObject({ name })
    }
    await refused([second, first], 'InvalidPartOrder')
    await refused([first, first], 'InvalidPartOrder')
    await refused([first, { ...second, ETag: first.ETag }], 'InvalidPart')
    await refused([first, { PartNumber: 4, ETag: '"x"' }], 'InvalidPart')
    await refused([], 'MalformedXML')
    await plain.uploadPart({ Bucket, Key: 'bad', UploadId, PartNumber: 4, Body: 'x' })
    await refused([first, small, { PartNumber: 4, ETag: `"${md5('x')}"` }], 'EntityTooSmall')
    // It is still there, and can leave parts out.
    await complete('bad', UploadId, [first, small])
    await refused([first], 'NoSuchUpload')
    expect((await s3.headObject({ Bucket, Key: 'bad' })).ContentLength).toBe(5 * MiB + 1000)
  })

  test.each([0, 10_001, 1.5])('has no part %d', async (number) => {
    const { UploadId } = await upload('numbers', [])
    const path = `/bucket/numbers?partNumber=${number}&uploadId=${UploadId}`
    expect((await raw(aws, { method: 'PUT', path, body: 'x' })).code).toBe('InvalidArgument')
  })

  test('replaces a part that is sent again, and forgets all when aborted', async () => {
    const { UploadId } = await upload('again', [Buffer.from('1')])
    const part = { Bucket, Key: 'again', UploadId, PartNumber: 1 }
    await plain.uploadPart({ ...part, Body: '22' })
    expect((await s3.listParts(part)).Parts).toMatchObject([{ PartNumber: 1, Size: 2 }])
    await s3.abortMultipartUpload(part)
    for (const attempt of [
      () => s3.listParts(part),
      () => s3.abortMultipartUpload(part),
      () => plain.uploadPart({ ...part, Body: 'x' }),
    ]) {
      await expect(attempt()).rejects.toMatchObject({ name: 'NoSuchUpload' })
    }
  })

  test('respects the conditions of its completion', async () => {
    const { UploadId, Parts } = await upload('cond', [Buffer.from('1')])
    await s3.putObject({ Bucket, Key: 'cond', Body: 'there' })
    await expect(complete('cond', UploadId, Parts, { IfNoneMatch: '*' })).rejects.toMatchObject({
      name: 'PreconditionFailed',
    })
    await complete('cond', UploadId, Parts, { IfMatch: `"${md5('there')}"` })
  })

  test('can be listed, with its parts, page by page', async () => {
    await s3.createBucket({ Bucket: 'pages' })
    const ids: (string | undefined)[] = []
    for (const Key of ['a', 'a', 'b']) {
      ids.push((await plain.createMultipartUpload({ Bucket: 'pages', Key })).UploadId)
    }
    const first = await s3.listMultipartUploads({ Bucket: 'pages', MaxUploads: 2 })
    const rest = await s3.listMultipartUploads({
      Bucket: 'pages',
      KeyMarker: first.NextKeyMarker,
      UploadIdMarker: first.NextUploadIdMarker,
    })
    expect([first.IsTruncated, rest.IsTruncated]).toEqual([true, false])
    const found = [...(first.Uploads ?? []), ...(rest.Uploads ?? [])].map(
      ({ UploadId }) => UploadId,
    )
    expect(new Set(found)).toEqual(new Set(ids))

    const part = { Bucket: 'pages', Key: 'b', UploadId: ids[2] }
    for (const PartNumber of [3, 1, 2]) await plain.uploadPart({ ...part, PartNumber, Body: 'x' })
    const page = await s3.listParts({ ...part, MaxParts: 2 })
    expect(page).toMatchObject({ IsTruncated: true, NextPartNumberMarker: '2' })
    const last = await s3.listParts({ ...part, PartNumberMarker: page.NextPartNumberMarker })
    expect(last.Parts?.map(({ PartNumber }) => PartNumber)).toEqual([3])
  })

  test('takes parts from other objects', async () => {
    await s3.putObject({ Bucket, Key: 'source', Body: pieces[1] ?? '' })
    const { UploadId } = await upload('copied', [])
    const part = { Bucket, Key: 'copied', UploadId, CopySource: 'bucket/source' }
    const whole = await s3.uploadPartCopy({ ...part, PartNumber: 1 })
    const ranged = await s3.uploadPartCopy({
      ...part,
      PartNumber: 2,
      CopySourceRange: 'bytes=0-98',
    })
    await expect(
      s3.uploadPartCopy({ ...part, PartNumber: 3, CopySourceRange: `bytes=0-${7 * MiB}` }),
    ).rejects.toMatchObject({ name: 'InvalidArgument' })
    expect(ranged.CopyPartResult?.ETag).toBe(`"${md5(Buffer.alloc(99, 1))}"`)
    await complete('copied', UploadId, [
      { PartNumber: 1, ETag: whole.CopyPartResult?.ETag },
      { PartNumber: 2, ETag: ranged.CopyPartResult?.ETag },
    ])
    expect((await s3.headObject({ Bucket, Key: 'copied' })).ContentLength).toBe(6 * MiB + 99)
  })

  test('works with lib-storage', async () => {
    const Body = pattern(12 * MiB + 345)
    const done = await new Upload({ client: s3, params: { Bucket, Key: 'lib', Body } }).done()
    expect(done.ETag).toMatch(/-3"$/)
    const got = await s3.getObject({ Bucket, Key: 'lib' })
    expect(md5((await got.Body?.transformToByteArray()) ?? '')).toBe(md5(Body))
  })
})

describe('checksums of a multipart upload', () => {
  test('are hashed into one', async () => {
    const { UploadId, Parts } = await upload('sha', pieces.slice(1), 'SHA256')
    const hash = (data: Buffer): Buffer => createHash('sha256').update(data).digest()
    const expected = hash(Buffer.concat(pieces.slice(1).map(hash))).toString('base64')
    await expect(
      complete(
        'sha',
        UploadId,
        Parts.map(({ PartNumber, ETag }) => ({ PartNumber, ETag })),
      ),
    ).rejects.toThrow(/must include the checksum for each part/)
    const done = await complete('sha', UploadId, Parts)
    expect(done).toMatchObject({ ChecksumSHA256: `${expected}-2`, ChecksumType: 'COMPOSITE' })
    const head = await s3.headObject({ Bucket, Key: 'sha', ChecksumMode: 'ENABLED' })
    expect(head.ChecksumSHA256).toBe(`${expected}-2`)
  })

  test('combine to that of the object', async () => {
    const { UploadId = '' } = await plain.createMultipartUpload({
      Bucket,
      Key: 'full',
      ChecksumAlgorithm: 'CRC32',
      ChecksumType: 'FULL_OBJECT',
    })
    const Parts: CompletedPart[] = []
    for (const [i, Body] of pieces.entries()) {
      const part = { Bucket, Key: 'full', UploadId, PartNumber: i + 1 }
      const { ETag } = await plain.uploadPart({ ...part, Body, ChecksumAlgorithm: 'CRC32' })
      Parts.push({ PartNumber: i + 1, ETag })
    }
    const value = Buffer.alloc(4)
    value.writeUInt32BE(crc32(Buffer.concat(pieces)))
    const ChecksumCRC32 = value.toString('base64')
    await expect(
      complete('full', UploadId, Parts, { ChecksumCRC32: 'AAAAAA==' }),
    ).rejects.toMatchObject({ name: 'BadDigest' })
    const done = await complete('full', UploadId, Parts, { ChecksumCRC32 })
    expect(done).toMatchObject({ ChecksumCRC32, ChecksumType: 'FULL_OBJECT' })
    // Read through the SDK, which computes it once more.
    const got = await s3.getObject({ Bucket, Key: 'full' })
    expect(got.ChecksumCRC32).toBe(ChecksumCRC32)
    await got.Body?.transformToByteArray()
  })

  test('must be of the kind that the upload was announced with', async () => {
    const { UploadId } = await upload('kind', [], 'SHA256')
    const part = { Bucket, Key: 'kind', UploadId, PartNumber: 1, Body: 'x' }
    await expect(plain.uploadPart(part)).rejects.toThrow(/expected checksum Type: sha256/)
  })
})
