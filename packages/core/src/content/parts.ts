// SPDX-License-Identifier: Apache-2.0
/**
 * Parts of one GCM object, each in memory, in any order: for multipart uploads and for downloads by
 * range. Within a part several chunks are at work at a time.
 *
 * The shares of all parts, merged in the order of the object, give the tag. An upload sends it at the
 * end of the last part, or as a part of its own.
 *
 * @module
 */

import type { Bytes } from '../bytes.ts'
import type { EncryptedPiece, GcmCipher, UnverifiedPiece } from './gcm.ts'
import { EMPTY_SHARE, type GcmShare } from './gcm-share.ts'
import { streamSettings, type ContentOptions } from './options.ts'
import { mapOrdered } from './ordered.ts'
import { release } from './release.ts'

/** How a part is cut. */
export type PartOptions = Pick<ContentOptions, 'chunkSize' | 'concurrency'>

interface Piece {
  readonly output: Bytes
  readonly share: GcmShare
}

function* views(part: Bytes, size: number): Generator<Bytes> {
  for (let at = 0; at < part.length; at += size) yield part.subarray(at, at + size)
}

/** Pieces of `part` through `next`, put together again. */
async function joined(
  cipher: GcmCipher,
  part: Bytes,
  options: PartOptions,
  next: (chunk: Bytes) => Promise<Piece>,
): Promise<Piece> {
  const { chunkSize, concurrency } = streamSettings(options)
  if (part.length <= chunkSize) return next(part)
  const output = new Uint8Array(part.length)
  let share = EMPTY_SHARE
  for await (const piece of mapOrdered(views(part, chunkSize), concurrency, next)) {
    output.set(piece.output, share.length)
    share = cipher.merge(share, piece.share)
    release(piece.output)
  }
  return { output, share }
}

/**
 * Encrypts the part at `offset`, in bytes from the start of the content.
 *
 * @param part - must not change before the promise settles. Its length is a multiple of 16, unless
 * it is the last.
 * @throws as the methods of {@link GcmCipher}; `RangeError` for options out of their range.
 */
export async function encryptPart(
  cipher: GcmCipher,
  offset: number,
  part: Bytes,
  options: PartOptions = {},
): Promise<EncryptedPiece> {
  const encrypt = cipher.encryptFrom(offset)
  const { output, share } = await joined(cipher, part, options, async (chunk) => {
    const { ciphertext, share } = await encrypt(chunk)
    return { output: ciphertext, share }
  })
  return { ciphertext: output, share }
}

/**
 * Decrypts the part at `offset`, in bytes from the start of the content. The plaintext is **not
 * authentic** until the merged shares of all parts have been verified.
 *
 * @param part - ciphertext without the tag; as for {@link encryptPart}.
 * @throws as {@link encryptPart}.
 */
export async function decryptPartUnverified(
  cipher: GcmCipher,
  offset: number,
  part: Bytes,
  options: PartOptions = {},
): Promise<UnverifiedPiece> {
  const decrypt = cipher.decryptFrom(offset)
  const { output, share } = await joined(cipher, part, options, async (chunk) => {
    const { plaintext, share } = await decrypt(chunk)
    return { output: plaintext, share }
  })
  return { plaintext: output, share }
}
