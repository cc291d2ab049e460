// SPDX-License-Identifier: Apache-2.0
/**
 * Where content comes from: bytes in memory, or a stream of them in pieces of any size.
 *
 * @module
 */

import { asBytes, type Bytes } from '../bytes.ts'
import { S3EncryptionError } from '../errors.ts'

/**
 * Content as bytes, as pieces one after the other, or as a stream of pieces. The pieces may have any
 * length, none included, and may be used again by their owner as soon as the next is asked for.
 */
export type ByteSource =
  Uint8Array | Iterable<Uint8Array> | AsyncIterable<Uint8Array> | ReadableStream<Uint8Array>

/** A stream as an iterable, which WebKit's are not. Left early, it cancels the stream. */
export async function* readPieces(
  reader: ReadableStreamDefaultReader<Uint8Array>,
): AsyncGenerator<Uint8Array> {
  try {
    for (;;) {
      const { done, value } = await reader.read()
      if (done) return
      yield value
    }
  } finally {
    await reader.cancel() // does nothing to a stream that has ended
    reader.releaseLock()
  }
}

/** The pieces of a source. */
export function pieces(source: ByteSource): Iterable<Uint8Array> | AsyncIterable<Uint8Array> {
  if (ArrayBuffer.isView(source)) return [source]
  if ('getReader' in source) return readPieces(source.getReader())
  return source
}

/** The pieces of a source, as WebCrypto accepts them. */
async function* bytesOf(source: ByteSource): AsyncGenerator<Bytes> {
  for await (const piece of pieces(source)) {
    if (!ArrayBuffer.isView(piece)) {
      throw new TypeError(`source: expected pieces of type Uint8Array, got ${typeof piece}`)
    }
    yield asBytes(piece)
  }
}

/** What is known about the length of a source, in bytes. */
export interface LengthRules {
  /** What it must give, if known. */
  readonly exact?: number | undefined
  /** The most it may give. */
  readonly most: number
  /** The error for more than that. */
  readonly tooLong: () => Error
}

function wrongLength(exact: number, length: string): S3EncryptionError {
  return new S3EncryptionError(
    'ERR_CONTENT_LENGTH',
    `The content was said to have ${exact} bytes, but has ${length}.`,
  )
}

/**
 * The pieces of a source, refused as soon as their total length breaks a rule.
 *
 * @throws `S3EncryptionError` with `ERR_CONTENT_LENGTH` if it is not the exact one; `TypeError` for
 * pieces that are not bytes.
 */
export async function* measured(source: ByteSource, rules: LengthRules): AsyncGenerator<Bytes> {
  const { exact, most, tooLong } = rules
  let length = 0
  for await (const piece of bytesOf(source)) {
    length += piece.length
    if (exact !== undefined && length > exact) throw wrongLength(exact, 'more')
    if (length > most) throw tooLong()
    yield piece
  }
  if (exact !== undefined && length < exact) throw wrongLength(exact, length.toString())
}

/**
 * The bytes from `start` to `end` of a stream, which is closed as soon as they have gone by.
 *
 * @param end - the byte after the last one.
 */
export async function* section(
  source: ByteSource,
  start: number,
  end: number,
): AsyncGenerator<Bytes> {
  let at = 0
  for await (const piece of bytesOf(source)) {
    const wanted = piece.subarray(Math.max(start - at, 0), Math.max(end - at, 0))
    if (wanted.length > 0) yield wanted
    at += piece.length
    if (at >= end) return
  }
}
