// SPDX-License-Identifier: Apache-2.0
/**
 * The `Range` of a request: what of the plaintext it means, and what of the ciphertext is fetched for it.
 * Specification: awslabs/aws-encryption-sdk-specification, s3-encryption/decryption.md#ranged-gets.
 *
 * @module
 */

/** First and last byte of a content; the range is empty if `last` comes before `first`. */
export interface Bounds {
  readonly first: number
  readonly last: number
}

/** A range that was asked for. */
export interface RangeRequest {
  /** `Range` header for the ciphertext. */
  readonly header: string
  /** Where what is fetched begins in a stored object of so many bytes. */
  readonly startIn: (objectLength: number) => number
  /** Whether the range is counted from the end of the content. */
  readonly fromEnd: boolean
  /** What it means in a content of so many bytes. */
  boundsIn(contentLength: number): Bounds
}

const BLOCK = 16n // bytes
const LONGEST_TAG = 16n // bytes: an authentication tag, or padding
const OPEN_END = 2n ** 63n - 1n // how the official clients write it

/**
 * Reads a `Range` header.
 *
 * @returns undefined for a header that is no single range of bytes. S3 ignores such a one, and so do the
 * official clients.
 */
export function parseRange(
  header: string,
  { enableSuffixRanges }: { readonly enableSuffixRanges: boolean },
): RangeRequest | undefined {
  const [, from = '', to = ''] = /^bytes=(\d*)-(\d*)$/.exec(header) ?? []
  if (from !== '') {
    const [first, last] = [BigInt(from), to === '' ? OPEN_END : BigInt(to)]
    return first > last ? undefined : range(first, last)
  }
  return enableSuffixRanges && to !== '' ? suffix(BigInt(to)) : undefined
}

/** Fetched with a block before, to which AES-CBC chains, and one after it. */
function range(first: bigint, last: bigint): RangeRequest {
  const start = first < BLOCK ? 0n : first - (first % BLOCK) - BLOCK
  const end = last - (last % BLOCK) + 2n * BLOCK
  return {
    header: `bytes=${start}-${end > OPEN_END ? OPEN_END : end}`,
    startIn: () => Number(start),
    fromEnd: false,
    boundsIn: (contentLength) => ({
      first: Number(first),
      last: Math.min(Number(last), contentLength - 1),
    }),
  }
}

/** Fetched with what ends the object, a block before, and what it takes to begin with a whole block. */
function suffix(length: bigint): RangeRequest {
  const stored = length + LONGEST_TAG + BLOCK + (BLOCK - 1n)
  return {
    // S3 answers a range of nothing with an error.
    header: `bytes=-${length === 0n ? 0n : stored}`,
    startIn: (objectLength) => Math.max(0, objectLength - Number(stored)),
    fromEnd: true,
    boundsIn: (contentLength) => ({
      first: Math.max(0, contentLength - Number(length)),
      last: contentLength - 1,
    }),
  }
}
