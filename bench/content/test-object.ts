// SPDX-License-Identifier: Apache-2.0
/**
 * Objects of any length out of one mebibyte.
 *
 * @module
 */

import type { Bytes, TestObject } from './subject.ts'

const PIECE = 2 ** 20 // bytes
export const TAG = 16 // bytes

/** Key and IV of all objects: nothing here is to be kept secret. */
export const KEY: Bytes = Uint8Array.from({ length: 32 }, (_, i) => i)
export const IV: Bytes = Uint8Array.from({ length: 12 }, (_, i) => 100 + i)

/** Both the plaintext and, repeated, a ciphertext, for which there is a tag as for any other. */
export const BLOCK_OF_BYTES: Bytes = Uint8Array.from({ length: PIECE }, (_, i) => (i * i) >>> 7)

/** The pieces of `length` bytes. */
export function* pieces(length: number): Generator<Bytes> {
  for (let at = 0; at < length; at += PIECE) yield BLOCK_OF_BYTES.subarray(0, length - at)
}

/** @param tag - 16 bytes, of the ciphertext that consists of {@link pieces}. */
export function testObject(length: number, tag: Bytes): TestObject {
  return {
    length,
    key: KEY,
    iv: IV,
    async *plaintext() {
      await Promise.resolve()
      yield* pieces(length)
      return undefined
    },
    async *ciphertext() {
      await Promise.resolve()
      yield* pieces(length)
      yield tag
      return undefined
    },
  }
}
