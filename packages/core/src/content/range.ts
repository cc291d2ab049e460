// SPDX-License-Identifier: Apache-2.0
/**
 * Ranges of content, decrypted without the rest of the object and therefore **unauthenticated**,
 * whatever its suite.
 * Specification: awslabs/aws-encryption-sdk-specification, s3-encryption/decryption.md#ranged-gets.
 *
 * @module
 */

import type { Bytes } from '../bytes.ts'
import { decryptCbc } from './cbc-stream.ts'
import { chunks } from './chunks.ts'
import type { ContentKey } from './content-key.ts'
import { applyKeyStream, counterBlockAt, importCtrKey } from './ctr.ts'
import { contentTooLong } from './limits.ts'
import { streamSettings, type StreamOptions, type StreamSettings } from './options.ts'
import { mapOrdered } from './ordered.ts'
import { measured, section, type ByteSource } from './source.ts'

const BLOCK = 16 // bytes

/** A range of an object, and the part of its body that was fetched to read it. */
export interface ContentRange {
  /** First byte of plaintext wanted. */
  readonly first: number
  /** Last byte of plaintext wanted; what passes the end of the content is left out. */
  readonly last: number
  /**
   * Where the fetched ciphertext begins: with the block of `first` or before it. CBC needs the block
   * before that too, unless it begins with the object.
   */
  readonly offset: number
  /** Bytes of the whole object, tag or padding included. */
  readonly objectLength: number
}

/** GCM content in its CTR form, from `offset` on. */
async function* decryptCtr(
  key: ContentKey,
  ciphertext: AsyncIterable<Bytes>,
  settings: StreamSettings,
  offset: number,
): AsyncGenerator<Bytes> {
  const ctrKey = await importCtrKey(key)
  let at = offset
  const parts = mapOrdered(
    chunks(ciphertext, settings.chunkSize, 0),
    settings.concurrency,
    async ({ bytes }) => {
      if (bytes.length === 0) return bytes
      const counter = counterBlockAt(key.iv, at, bytes.length)
      at += bytes.length
      return applyKeyStream(ctrKey, counter, bytes)
    },
  )
  yield* parts
}

/** Where the first whole block from `offset` on begins. */
const blockFrom = (offset: number) => BLOCK * Math.ceil(offset / BLOCK)

function checkRange({ suite }: ContentKey, range: ContentRange): void {
  if (suite.cipher === 'AES-GCM') {
    throw new RangeError(`key: ${suite.name} authenticates; ranges are read by its ranged suite`)
  }
  const { first, last, offset, objectLength } = range
  for (const [name, value] of Object.entries({ first, last, offset, objectLength })) {
    if (!Number.isSafeInteger(value) || value < 0) {
      throw new RangeError(`${name}: expected a number of bytes, got ${value}`)
    }
  }
  const before = suite.cipher === 'AES-CBC' && offset > 0 ? BLOCK : 0
  if (blockFrom(offset) + before > first) {
    throw new RangeError(`offset: the range at ${first} cannot be read from ${offset}`)
  }
}

/**
 * Decrypts a range of an object, **without authentication**: of AES-GCM content in its CTR form
 * (NIST SP 800-38D, section 6.5), or of AES-CBC content, whose padding is removed if the range
 * reaches the last block.
 *
 * @param key - of a suite that reads ranges.
 * @param source - the body from `range.offset` on; what it gives beyond the range is not read.
 * @param options - their `length` is not used.
 * @returns the plaintext from `first` to `last`: none if the content ends before.
 * @throws `RangeError` for a range that cannot be read from what was fetched, or a suite that
 * authenticates; `S3EncryptionError` with `ERR_CONTENT_LENGTH` if the source ends too soon; `S3EncryptionSecurityError`
 * with `ERR_DECRYPTION_FAILED` for wrong padding.
 */
export function decryptRangeUnverified(
  key: ContentKey,
  source: ByteSource,
  range: ContentRange,
  options: StreamOptions = {},
): AsyncGenerator<Bytes> {
  checkRange(key, range)
  const settings = streamSettings(options)
  const { suite } = key
  const { first, last, objectLength } = range
  const offset = blockFrom(range.offset)
  const isCbc = suite.cipher === 'AES-CBC'
  const contentEnd = objectLength - suite.tagLength
  const wantedEnd = isCbc ? blockFrom(last + 1) : last + 1
  const length = Math.max(0, Math.min(wantedEnd, contentEnd) - offset)
  // Plaintext begins after the block that CBC chains to.
  const start = isCbc && offset > 0 ? offset + BLOCK : offset

  const tooLong = () => contentTooLong(suite)
  const skipped = offset - range.offset
  const wanted = section(source, skipped, skipped + length)
  const ciphertext = measured(wanted, { exact: length, most: length, tooLong })
  const decrypted = isCbc
    ? decryptCbc(key, ciphertext, settings, {
        before: offset === 0 ? key.iv : undefined,
        final: start < contentEnd && contentEnd <= wantedEnd,
      })
    : decryptCtr(key, ciphertext, settings, offset)
  return section(decrypted, first - start, last + 1 - start)
}
