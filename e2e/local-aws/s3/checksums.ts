// SPDX-License-Identifier: Apache-2.0
/**
 * S3's additional checksums.
 *
 * @module
 * @see {@link https://docs.aws.amazon.com/AmazonS3/latest/userguide/checking-object-integrity.html}
 */

import { createHash } from 'node:crypto'
import { crc32 } from 'node:zlib'
import { Crc, combineCrc } from './crc.ts'
import { s3Error } from './errors.ts'

export interface Digest {
  update(data: Buffer): unknown
  digest(): Buffer
}

interface Algorithm {
  readonly bytes: number
  create(): Digest
  /** Reflected; of those whose checks of parts combine to the check of the whole. */
  readonly polynomial?: bigint
}

const CRC32C = 0x82f6_3b78n
const CRC64NVME = 0x9a6c_9329_ac4b_c9b5n

const algorithms = {
  CRC32: { bytes: 4, create: zlibCrc32, polynomial: 0xedb8_8320n },
  CRC32C: { bytes: 4, create: () => new Crc(CRC32C, 32), polynomial: CRC32C },
  CRC64NVME: { bytes: 8, create: () => new Crc(CRC64NVME, 64), polynomial: CRC64NVME },
  SHA1: { bytes: 20, create: () => createHash('sha1') },
  SHA256: { bytes: 32, create: () => createHash('sha256') },
} as const satisfies Record<string, Algorithm>

export type ChecksumAlgorithm = keyof typeof algorithms
export type ChecksumType = 'FULL_OBJECT' | 'COMPOSITE'

/** A value in base64, for a multipart object possibly with `-<number of parts>`. */
export interface Checksum {
  readonly algorithm: ChecksumAlgorithm
  readonly value: string
  readonly type: ChecksumType
}

const names = Object.keys(algorithms) as ChecksumAlgorithm[]

function zlibCrc32(): Digest {
  let state = 0
  return {
    update(data) {
      state = crc32(data, state)
    },
    digest() {
      const bytes = Buffer.alloc(4)
      bytes.writeUInt32BE(state)
      return bytes
    },
  }
}

export const digestOf = (algorithm: ChecksumAlgorithm): Digest => algorithms[algorithm].create()

export const checksumHeader = (algorithm: ChecksumAlgorithm): string =>
  `x-amz-checksum-${algorithm.toLowerCase()}`

/** Name of the element in S3's documents. */
export const checksumElement = (algorithm: ChecksumAlgorithm): string => `Checksum${algorithm}`

export function checksumAlgorithm(name: string): ChecksumAlgorithm {
  const found = names.find((known) => known === name.toUpperCase())
  if (found === undefined) throw s3Error('InvalidRequest', 'Checksum algorithm is not supported')
  return found
}

/**
 * The checksum that a request carries or, with an empty value, announces as a trailer.
 *
 * @throws `InvalidRequest` if there are several, or one is not base64 of its length.
 */
export function declaredChecksum(
  headers: Readonly<Record<string, string>>,
): { algorithm: ChecksumAlgorithm; value: string | undefined } | undefined {
  const trailer = headers['x-amz-trailer']?.trim().toLowerCase()
  const declared = names.flatMap((algorithm) => {
    const header = checksumHeader(algorithm)
    const value = headers[header]
    return value !== undefined || trailer === header ? [{ algorithm, value }] : []
  })
  const [first, ...more] = declared
  if (more.length > 0) {
    throw s3Error('InvalidRequest', 'Expecting a single x-amz-checksum- header')
  }
  if (first?.value !== undefined) assertChecksum(first.algorithm, first.value)
  return first
}

export function assertChecksum(algorithm: ChecksumAlgorithm, value: string): void {
  if (Buffer.from(value, 'base64').length === algorithms[algorithm].bytes) return
  throw s3Error('InvalidRequest', `Value for ${checksumHeader(algorithm)} header is invalid.`)
}

export function checksumHeaders(checksum: Checksum | undefined): Record<string, string> {
  return checksum === undefined
    ? {}
    : {
        [checksumHeader(checksum.algorithm)]: checksum.value,
        'x-amz-checksum-type': checksum.type,
      }
}

/** Hash of the parts' hashes, for a part list that is complete. */
export function compositeChecksum(
  algorithm: ChecksumAlgorithm,
  parts: readonly string[],
): Checksum {
  const digest = digestOf(algorithm)
  for (const value of parts) digest.update(Buffer.from(value, 'base64'))
  const value = `${digest.digest().toString('base64')}-${parts.length}`
  return { algorithm, value, type: 'COMPOSITE' }
}

/** The checksum of the whole from those of its parts. */
export function combinedChecksum(
  algorithm: ChecksumAlgorithm,
  parts: readonly { readonly value: string; readonly size: number }[],
): Checksum {
  const { polynomial }: Algorithm = algorithms[algorithm]
  if (polynomial === undefined) {
    throw s3Error(
      'InvalidRequest',
      `The FULL_OBJECT checksum type cannot be used with ${algorithm}.`,
    )
  }
  const checks = parts.map(({ value, size }): { check: Buffer; size: number } => ({
    check: Buffer.from(value, 'base64'),
    size,
  }))
  const whole = checks.reduce((a, b) => ({
    check: combineCrc(polynomial, a.check, b.check, b.size),
    size: a.size + b.size,
  }))
  return { algorithm, value: whole.check.toString('base64'), type: 'FULL_OBJECT' }
}
