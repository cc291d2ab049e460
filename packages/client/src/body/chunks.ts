// SPDX-License-Identifier: Apache-2.0
/**
 * Streams of every make as async iterables of bytes.
 *
 * @module
 */

import { asBytes, concat, S3EncryptionError, type Bytes } from '@s3-cse/core'

const encoder = new TextEncoder()

/** The error for what is no body. */
export function bodyInvalid(what: string): S3EncryptionError {
  return new S3EncryptionError(
    'ERR_BODY_INVALID',
    `${what} Give a string, bytes, a Blob or File, a web or Node.js stream, or an async iterable of bytes.`,
  )
}

/** Bytes of what needs no waiting, or undefined. */
export function immediateBytes(value: unknown): Bytes | undefined {
  if (typeof value === 'string') return encoder.encode(value)
  if (ArrayBuffer.isView(value)) return asBytes(value)
  if (value instanceof ArrayBuffer) return new Uint8Array(value)
  return undefined
}

/**
 * Chunks of a stream or async iterable; undefined for other objects. Leaving the loop early cancels the
 * stream.
 */
export function chunksOf(body: object): AsyncIterable<Bytes> | undefined {
  // Not every browser can iterate over its ReadableStream.
  if (body instanceof ReadableStream) return byteChunks(readableChunks<unknown>(body))
  if (Symbol.asyncIterator in body) return byteChunks(body as AsyncIterable<unknown>)
  return undefined
}

/** Chunks of a web stream; leaving the loop early cancels it. */
export async function* readableChunks<T>(stream: ReadableStream<T>): AsyncGenerator<T> {
  const reader = stream.getReader()
  let ended = false
  try {
    for (;;) {
      const { done, value } = await reader.read()
      if (done) break
      yield value
    }
    ended = true
  } finally {
    if (!ended) await reader.cancel()
    reader.releaseLock()
  }
}

async function* byteChunks(chunks: AsyncIterable<unknown>): AsyncGenerator<Bytes> {
  for await (const chunk of chunks) {
    const bytes = immediateBytes(chunk)
    if (bytes === undefined) throw bodyInvalid('The body gave a chunk that is no bytes.')
    yield bytes
  }
}

/** All chunks as one byte string, without a copy where there is only one. */
export async function collect(chunks: AsyncIterable<Bytes>): Promise<Bytes> {
  const parts: Bytes[] = []
  for await (const chunk of chunks) parts.push(chunk)
  const [first] = parts
  return first !== undefined && parts.length === 1 ? first : concat(...parts)
}
