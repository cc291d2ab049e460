// SPDX-License-Identifier: Apache-2.0
/**
 * Bodies of requests: decoded, checked against everything the request says about them, and put
 * where they belong piece by piece.
 *
 * @module
 */

import { createHash } from 'node:crypto'
import { open } from 'node:fs/promises'
import type { Chunks } from '../faults.ts'
import { decodeAwsChunked } from './aws-chunked.ts'
import {
  assertChecksum,
  checksumHeader,
  declaredChecksum,
  digestOf,
  type ChecksumAlgorithm,
  type Digest,
} from './checksums.ts'
import { s3Error } from './errors.ts'
import type { S3Request } from './request.ts'
import type { Bucket, Part } from './store.ts'

const LARGEST_DOCUMENT = 4 << 20 // bytes: 10,000 parts with their checksums
const LARGEST_PUT = 5 * 2 ** 30 // bytes, for one PutObject or part

interface Received {
  readonly size: number
  /** Hexadecimal. */
  readonly md5: string
  readonly checksum: { algorithm: ChecksumAlgorithm; value: string } | undefined
}

/** A small body as text. */
export async function receiveText(request: S3Request): Promise<string> {
  const chunks: Buffer[] = []
  let size = 0
  await receive(request, (chunk) => {
    size += chunk.length
    if (size > LARGEST_DOCUMENT) throw s3Error('EntityTooLarge')
    chunks.push(chunk)
  })
  return Buffer.concat(chunks).toString('utf8')
}

/** A body as a file that exists only if all of it arrived and was right. */
export async function receiveFile(request: S3Request, bucket: Bucket): Promise<Part> {
  return newPart(bucket, request.partNumber ?? 1, (sink) => receive(request, sink))
}

/** Content of another object as a file. */
export async function copyFile(source: Chunks, bucket: Bucket, number: number): Promise<Part> {
  return newPart(bucket, number, async (sink) => {
    const md5 = createHash('md5')
    let size = 0
    for await (const chunk of source) {
      md5.update(chunk)
      size += chunk.length
      await sink(chunk)
    }
    return { size, md5: md5.digest('hex'), checksum: undefined }
  })
}

type Sink = (chunk: Buffer) => unknown

async function newPart(
  bucket: Bucket,
  number: number,
  fill: (sink: Sink) => Promise<Received>,
): Promise<Part> {
  const { file, path } = bucket.newFile()
  const handle = await open(path, 'wx')
  try {
    const { size, md5, checksum } = await fill((chunk) => writeAll(chunk))
    return { number, file, size, etag: md5, lastModified: Date.now(), checksum }
  } catch (error) {
    bucket.discard(file)
    throw error
  } finally {
    await handle.close()
  }

  async function writeAll(chunk: Buffer): Promise<void> {
    for (let done = 0; done < chunk.length;) {
      const { bytesWritten } = await handle.write(chunk, done)
      done += bytesWritten
    }
  }
}

/** @throws whatever S3 answers if the body is not what the request announced. */
async function receive(request: S3Request, sink: Sink): Promise<Received> {
  const { headers, signature } = request
  const announced = announcedSize(headers)
  const checksum = declaredChecksum(headers)
  const trailers = new Map<string, string>()
  const md5 = createHash('md5')
  const additional = checksum && digestOf(checksum.algorithm)
  const payloadHash = /^[0-9a-f]{64}$/.test(signature.payloadHash)
    ? createHash('sha256')
    : undefined
  const digests: Digest[] = [md5, additional, payloadHash].filter((digest) => digest !== undefined)

  let size = 0
  for await (const chunk of decoded(request, trailers)) {
    // The disk works on a chunk while it is being hashed.
    const stored = sink(chunk)
    size += chunk.length
    for (const digest of digests) digest.update(chunk)
    await stored
  }
  if (size !== announced) throw s3Error('IncompleteBody')

  if (payloadHash && payloadHash.digest('hex') !== signature.payloadHash) {
    throw s3Error('XAmzContentSHA256Mismatch')
  }
  const md5Value = md5.digest()
  checkMd5(headers['content-md5'], md5Value)
  return {
    size,
    md5: md5Value.toString('hex'),
    checksum: checksum && additional && verified(checksum, additional, trailers),
  }
}

function announcedSize(headers: S3Request['headers']): number {
  const size = Number(headers['x-amz-decoded-content-length'] ?? headers['content-length'])
  if (Number.isNaN(size)) throw s3Error('MissingContentLength')
  if (size > LARGEST_PUT) throw s3Error('EntityTooLarge')
  return size
}

function decoded({ body, signature }: S3Request, trailers: Map<string, string>): Chunks {
  const { payloadHash } = signature
  if (!payloadHash.startsWith('STREAMING-')) return body
  const signed = payloadHash.startsWith('STREAMING-AWS4-HMAC-SHA256-PAYLOAD')
  return decodeAwsChunked(body, trailers, signed ? signature : undefined)
}

function checkMd5(header: string | undefined, md5: Buffer): void {
  if (header === undefined) return
  const expected = Buffer.from(header, 'base64')
  if (expected.length !== md5.length) throw s3Error('InvalidDigest')
  if (!expected.equals(md5)) throw s3Error('BadDigest')
}

function verified(
  { algorithm, value }: { algorithm: ChecksumAlgorithm; value: string | undefined },
  digest: Digest,
  trailers: ReadonlyMap<string, string>,
): Received['checksum'] {
  const expected = value ?? trailers.get(checksumHeader(algorithm)) ?? ''
  assertChecksum(algorithm, expected)
  const actual = digest.digest().toString('base64')
  if (actual !== expected) {
    throw s3Error('BadDigest', `The ${algorithm} you specified did not match what we received.`)
  }
  return { algorithm, value: actual }
}
