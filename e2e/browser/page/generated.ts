// SPDX-License-Identifier: Apache-2.0
/**
 * Content of any length that needs no memory: each word is a function of its place.
 *
 * @module
 */

import type { OpenSource, Source } from '@s3-cse/client'

const WORD = 4 // bytes

/** Bytes from `start`, a multiple of 4, up to `end`. */
export function generatedBytes(start: number, end: number): Uint8Array<ArrayBuffer> {
  const words = new Uint32Array(Math.ceil((end - start) / WORD))
  const first = start / WORD
  for (let i = 0; i < words.length; i++) {
    words[i] = Math.imul(first + i, 0x9e37_79b1) ^ ((first + i) >>> 15)
  }
  return new Uint8Array(words.buffer, 0, end - start)
}

/** As a source that is read anywhere. */
export function generatedSource(size: number): Source {
  const open: OpenSource = {
    size,
    fingerprint: undefined,
    read: (start, end) => Promise.resolve(generatedBytes(start, end)),
    close: () => Promise.resolve(),
  }
  return { open: () => Promise.resolve(open) }
}

/** The first place at which a file differs from what is generated; -1 if it does not. */
export async function firstDifference(file: Blob): Promise<number> {
  const step = 2 ** 22
  for (let at = 0; at < file.size; at += step) {
    const end = Math.min(at + step, file.size)
    const found = new Uint8Array(await file.slice(at, end).arrayBuffer())
    const expected = generatedBytes(at, end)
    const difference = found.findIndex((byte, i) => byte !== expected[i])
    if (difference >= 0) return at + difference
  }
  return -1
}
