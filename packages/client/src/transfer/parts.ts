// SPDX-License-Identifier: Apache-2.0
/**
 * Ciphertext that goes by, cut into the parts of an upload.
 *
 * @module
 */

import { release, type Bytes } from '@s3-cse/core'

/** A part in memory of its own. */
export interface Part {
  /** From 1. */
  readonly partNumber: number
  readonly bytes: Bytes
  readonly last: boolean
}

/**
 * Parts of exactly `partSize` bytes, and a last one of 1 to `partSize`; of 0 if there is nothing at all.
 *
 * @param ciphertext - chunks that this library made: they are released.
 */
export async function* cutParts(
  ciphertext: AsyncIterable<Bytes>,
  partSize: number,
): AsyncGenerator<Part> {
  let partNumber = 1
  let bytes: Bytes = new Uint8Array(partSize)
  let filled = 0
  for await (const chunk of ciphertext) {
    let rest = chunk
    while (rest.length > 0) {
      if (filled === partSize) {
        yield { partNumber, bytes, last: false }
        partNumber += 1
        bytes = new Uint8Array(partSize)
        filled = 0
      }
      const taken = rest.subarray(0, partSize - filled)
      bytes.set(taken, filled)
      filled += taken.length
      rest = rest.subarray(taken.length)
    }
    release(chunk)
  }
  yield { partNumber, bytes: bytes.subarray(0, filled), last: true }
}
