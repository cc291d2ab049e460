// SPDX-License-Identifier: Apache-2.0
/**
 * A range of an object, decrypted without the rest and therefore **unauthenticated**.
 *
 * @module
 */

import type { GetObjectCommandInput, GetObjectCommandOutput } from '@aws-sdk/client-s3'
import {
  decryptionFailed,
  decryptRangeUnverified,
  plaintextLength,
  type Bytes,
  type ContentKey,
  type ContentOptions,
  type ContentRange,
  type Envelope,
} from '@s3-cse/core'
import { bodyFrom, responseChunks, type SdkBody } from './body/output.ts'
import type { StoredRange } from './content-range.ts'
import { objectChanged, pinnedTo, throwReplaced } from './object-changed.ts'
import type { Bounds, RangeRequest } from './range-request.ts'

/** A response that holds a range, and how to read it. */
export interface RangeReading {
  readonly range: RangeRequest
  readonly stored: StoredRange
  readonly envelope: Envelope
  /** Of the suite's ranged form. */
  readonly contentKey: ContentKey
  readonly content: ContentOptions
  readonly input: GetObjectCommandInput
  readonly output: GetObjectCommandOutput
  readonly body: SdkBody
  readonly get: (input: GetObjectCommandInput) => Promise<GetObjectCommandOutput>
}

const BLOCK = 16 // bytes

/**
 * The response with the plaintext of the range in place of the ciphertext, and lengths to match where
 * they are known before the end.
 *
 * @throws `S3EncryptionError` with `ERR_OBJECT_CHANGED`; `S3EncryptionSecurityError` with
 * `ERR_DECRYPTION_FAILED`.
 */
export async function readRange(reading: RangeReading): Promise<GetObjectCommandOutput> {
  const { range, stored, envelope, contentKey, output, body } = reading
  const { start, objectLength } = stored
  if (objectLength < contentKey.suite.tagLength) throw decryptionFailed()
  const length =
    plaintextLength(envelope, objectLength) ??
    (range.fromEnd ? await unpaddedLength(reading) : undefined)
  const bounds = range.boundsIn(length ?? objectLength)
  const size = Math.max(0, bounds.last + 1 - bounds.first)
  // Padding is in the last block: what ends before it is there for certain.
  const certain = size === 0 || length !== undefined || bounds.last < objectLength - BLOCK
  const plaintext = decrypted(reading, body, { ...bounds, offset: start, objectLength })
  return Object.assign({}, output, {
    Body: bodyFrom(plaintext, body),
    ContentLength: certain ? size : undefined,
    ContentRange: certain ? contentRange(bounds, size, length) : undefined,
  })
}

/** RFC 9110, section 14.4. */
function contentRange({ first, last }: Bounds, size: number, length: number | undefined) {
  if (size > 0) return `bytes ${first}-${last}/${length ?? '*'}`
  return length === undefined ? undefined : `bytes */${length}`
}

async function* decrypted(
  { contentKey, content }: RangeReading,
  body: SdkBody,
  range: ContentRange,
): AsyncGenerator<Bytes> {
  const response = responseChunks(body)[Symbol.asyncIterator]()
  // What is left of the response is little. Read to its end, its connection serves the next request.
  const unclosed = { [Symbol.asyncIterator]: () => ({ next: () => response.next() }) }
  try {
    if (range.first <= range.last)
      yield* decryptRangeUnverified(contentKey, unclosed, range, content)
    while ((await response.next()).done !== true);
  } finally {
    await response.return?.()
  }
}

/** Bytes of AES-CBC content, by the padding at the end of the object. */
async function unpaddedLength(reading: RangeReading): Promise<number> {
  const { input, output, get, stored } = reading
  const { objectLength } = stored
  const first = Math.max(0, objectLength - BLOCK)
  const offset = Math.max(0, first - BLOCK)
  const Range = `bytes=${offset}-${objectLength - 1}`
  const tail = await get({ ...input, ...pinnedTo(output), Range }).catch(throwReplaced)
  if (tail.ETag !== output.ETag) throw objectChanged()
  const bounds = { first, last: objectLength - 1, offset, objectLength }
  let length = first
  for await (const { length: size } of decrypted(reading, tail.Body as SdkBody, bounds)) {
    length += size
  }
  return length
}
