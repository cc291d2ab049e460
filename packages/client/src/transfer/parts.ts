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
 * @param length - bytes of all ciphertext, if known: a small object then takes no memory for a whole part.
 */
export async function* cutParts(
  ciphertext: AsyncIterable<Bytes>,
  partSize: number,
  length: number = Infinity,
): AsyncGenerator<Part> {
  let partNumber = 1
  const room = (): Bytes => {
    const left = length - (partNumber - 1) * partSize
    return new Uint8Array(Math.min(partSize, left))
  }
  let bytes = room()
  let filled = 0
  for await (const chunk of ciphertext) {
    let rest = chunk
    while (rest.length > 0) {
      if (filled === bytes.length) {
        yield { partNumber, bytes, last: false }
        partNumber += 1
        bytes = room()
        filled = 0
      }
      const taken = rest.subarray(0, bytes.length - filled)
      bytes.set(taken, filled)
      filled += taken.length
      rest = rest.subarray(taken.length)
    }
    release(chunk)
  }
  yield { partNumber, bytes: bytes.subarray(0, filled), last: true }
}
