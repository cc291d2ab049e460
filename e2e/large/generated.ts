// SPDX-License-Identifier: Apache-2.0
/**
 * Content of any length that nobody keeps: each block of it is made when it is read, and made again when it
 * comes back.
 *
 * @module
 */

import type { OpenSink, Sink, Source } from '@s3-cse/client'

type Bytes = Uint8Array<ArrayBuffer>

const BLOCK = 2 ** 20 // bytes
const pattern = Uint8Array.from({ length: BLOCK }, (_, i) => (i * i) >>> 9)

/** The bytes from `start` to `end`; no two blocks are alike. */
export function generated(start: number, end: number): Bytes {
  const bytes = new Uint8Array(end - start)
  for (let block = Math.floor(start / BLOCK); block * BLOCK < end; block++) {
    const at = block * BLOCK - start
    bytes.set(pattern.subarray(Math.max(0, -at), end - block * BLOCK), Math.max(0, at))
    const number = new Uint8Array(Uint32Array.of(block).buffer)
    number.forEach((byte, i) => {
      if (at + i >= 0 && at + i < bytes.length) bytes[at + i] = byte
    })
  }
  return bytes
}

/** A source of the first `size` bytes. */
export const generatedSource = (size: number): Source => ({
  open: () =>
    Promise.resolve({
      size,
      fingerprint: undefined,
      read: (start, end) => Promise.resolve(generated(start, end)),
      close: () => Promise.resolve(),
    }),
})

/** A sink that compares, and the bytes that it found to be right. */
export function comparingSink(): Sink & { readonly compared: number } {
  let compared = 0
  const open: OpenSink = {
    write(offset, bytes) {
      const expected = generated(offset, offset + bytes.length)
      if (Buffer.compare(bytes, expected) !== 0) {
        return Promise.reject(new Error(`Other bytes than were sent, after ${offset}.`))
      }
      compared += bytes.length
      return Promise.resolve()
    },
    commit: () => Promise.resolve(),
    abort: () => Promise.resolve(),
  }
  return {
    get compared() {
      return compared
    },
    open: () => Promise.resolve(open),
  }
}
