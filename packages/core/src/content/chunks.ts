// SPDX-License-Identifier: Apache-2.0
/**
 * Regroups a stream of pieces of any size into chunks of one size.
 *
 * @module
 */

import type { Bytes } from '../bytes.ts'

/** A chunk of a stream. */
export interface Chunk {
  /** Valid until the next chunk is asked for: the memory is used again. */
  readonly bytes: Bytes
  /** Whether nothing follows. */
  readonly last: boolean
}

/**
 * Chunks of exactly `size` bytes and, in any case, a last one, of 0 to `size + keep - 1`.
 *
 * @param keep - bytes known to follow before a chunk leaves, which are thus part of the last one:
 * 0 if all chunks are alike, 1 if the last one must not be empty unless the stream is, 16 if it ends
 * with a tag.
 */
export async function* chunks(
  pieces: AsyncIterable<Bytes>,
  size: number,
  keep: number,
): AsyncGenerator<Chunk> {
  const whole = size + keep
  let buffer = new Uint8Array(0)
  let filled = 0

  /** Room for as much as is there, at least; short streams must not cost a whole chunk. */
  const reserve = (length: number) => {
    if (length <= buffer.length) return
    const larger = new Uint8Array(Math.min(whole, Math.max(length, 2 * buffer.length)))
    larger.set(buffer.subarray(0, filled))
    buffer = larger
  }

  for await (const piece of pieces) {
    let rest = piece
    while (filled + rest.length >= whole) {
      if (filled === 0) {
        // Nothing waits: the chunk is part of the piece, and need not be copied.
        yield { bytes: rest.subarray(0, size), last: false }
        rest = rest.subarray(size)
        continue
      }
      reserve(whole)
      const missing = whole - filled
      buffer.set(rest.subarray(0, missing), filled)
      rest = rest.subarray(missing)
      yield { bytes: buffer.subarray(0, size), last: false }
      buffer.copyWithin(0, size, whole)
      filled = keep
    }
    reserve(filled + rest.length)
    buffer.set(rest, filled)
    filled += rest.length
  }
  yield { bytes: buffer.subarray(0, filled), last: true }
}

/** The first chunk; there is always one. The others follow from the same stream. */
export async function firstOf(stream: AsyncGenerator<Chunk>): Promise<Chunk> {
  return ((await stream.next()) as IteratorYieldResult<Chunk>).value
}

/** A stream whose first chunk was taken, with that chunk put back. */
export async function* putBack(first: Chunk, stream: AsyncGenerator<Chunk>): AsyncGenerator<Chunk> {
  try {
    yield first
    yield* stream
  } finally {
    await stream.return(undefined)
  }
}
