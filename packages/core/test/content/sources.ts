// SPDX-License-Identifier: Apache-2.0
import { concat, type Bytes } from '../../src/bytes.ts'
import { view } from './support.ts'

/** Bytes in pieces of the given sizes, over and over; views of one buffer that is used again. */
export async function* inPieces(bytes: Uint8Array, sizes: readonly number[]) {
  const buffer = new Uint8Array(Math.max(...sizes) + 3)
  let at = 0
  for (let i = 0; at < bytes.length; i++) {
    const piece = bytes.subarray(at, at + (sizes[i % sizes.length] ?? 1))
    buffer.fill(0xee)
    buffer.set(piece, 3)
    yield buffer.subarray(3, 3 + piece.length)
    at += piece.length
    await Promise.resolve()
  }
}

/** A source that tells whether it was closed. */
export function watched(pieces: readonly Uint8Array[], failure?: Error) {
  const state = { asked: 0, closed: 0 }
  const source: AsyncIterable<Uint8Array> = {
    [Symbol.asyncIterator]: () => ({
      next() {
        const value = pieces[state.asked++]
        if (value !== undefined) return Promise.resolve({ done: false, value: view(value) })
        if (failure !== undefined) return Promise.reject(failure)
        return Promise.resolve({ done: true, value: undefined })
      },
      return() {
        state.closed++
        return Promise.resolve({ done: true, value: undefined })
      },
    }),
  }
  return { source, state }
}

export async function collect(stream: AsyncIterable<Bytes>): Promise<Bytes> {
  const parts: Bytes[] = []
  for await (const part of stream) parts.push(part)
  return concat(...parts)
}
