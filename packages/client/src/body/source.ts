// SPDX-License-Identifier: Apache-2.0
/**
 * Every kind of body that people hand to `PutObject`, in one of two forms: content that can be read
 * anywhere, or a stream that goes by once.
 *
 * @module
 */

import { asBytes, readPieces, S3EncryptionError, type Bytes } from '@s3-cse/core'
import type { OpenSource, Source } from '../transfer/ports.ts'

/** Content in memory, in a `Blob` or in a file. */
export interface RandomAccessBody extends OpenSource {
  readonly kind: 'random-access'
}

/** A stream or async iterable. */
export interface StreamBody {
  readonly kind: 'stream'
  readonly chunks: AsyncIterable<Bytes>
  /** Tells the stream, at once, that nobody will read the rest of it. */
  close(): Promise<void>
}

/** A body that is open until it is closed. */
export type PlainBody = RandomAccessBody | StreamBody

const encoder = new TextEncoder()

function invalid(what: string): S3EncryptionError {
  return new S3EncryptionError(
    'ERR_BODY_INVALID',
    `${what} Give a string, bytes, a Blob or File, a web or Node.js stream, or an async iterable of bytes.`,
  )
}

/**
 * Opens a body.
 *
 * @throws `S3EncryptionError` with `ERR_BODY_INVALID` for anything that is no body, such as a plain
 * object, and for a stream that was read before; what the platform throws for a file that cannot be opened.
 */
export async function openBody(body: unknown): Promise<PlainBody> {
  const bytes = body === undefined || body === null ? new Uint8Array(0) : immediateBytes(body)
  if (bytes !== undefined) return memory(bytes)
  if (typeof body !== 'object' || body === null) throw invalid(`The body is a ${typeof body}.`)
  if (body instanceof Blob) return blob(body)
  if (body instanceof ReadableStream) return webStream(body as ReadableStream<unknown>)
  if (Symbol.asyncIterator in body) return iterable(body as AsyncIterable<unknown>)
  // Last: the file streams of Node.js have an open() of their own.
  if (isSource(body)) return { kind: 'random-access', ...(await body.open()) }
  throw invalid('The body is an object of an unknown kind.')
}

const opened = new WeakSet()

/** Refuses a stream that went by before: some give nothing then instead of failing, and that would be stored. */
function refuseSecondReading(stream: object): void {
  if (opened.has(stream)) throw invalid('The body is a stream that was read before.')
  opened.add(stream)
}

/** Bytes of what needs no waiting, or undefined. */
function immediateBytes(value: unknown): Bytes | undefined {
  if (typeof value === 'string') return encoder.encode(value)
  if (ArrayBuffer.isView(value)) return asBytes(value)
  if (value instanceof ArrayBuffer) return new Uint8Array(value)
  return undefined
}

const isSource = (body: object): body is Source => 'open' in body && typeof body.open === 'function'

const nothing = () => Promise.resolve()

function memory(bytes: Bytes): RandomAccessBody {
  return {
    kind: 'random-access',
    size: bytes.length,
    fingerprint: undefined,
    read: (start, end) => Promise.resolve(bytes.subarray(start, end)),
    close: nothing,
  }
}

function blob(content: Blob): RandomAccessBody {
  return {
    kind: 'random-access',
    size: content.size,
    fingerprint: content instanceof File ? String(content.lastModified) : undefined,
    read: async (start, end) => new Uint8Array(await content.slice(start, end).arrayBuffer()),
    close: nothing,
  }
}

function webStream(stream: ReadableStream<unknown>): StreamBody {
  refuseSecondReading(stream)
  const reader = stream.getReader() as ReadableStreamDefaultReader<Uint8Array>
  return {
    kind: 'stream',
    chunks: byteChunks(readPieces(reader)),
    close: () => reader.cancel().catch(ignore),
  }
}

const ignore = () => undefined

function iterable(body: AsyncIterable<unknown>): StreamBody {
  const iterator = body[Symbol.asyncIterator]()
  // Other iterables may begin anew.
  if ((iterator as object) === body || 'destroy' in body) refuseSecondReading(body)
  return {
    kind: 'stream',
    chunks: byteChunks({ [Symbol.asyncIterator]: () => iterator }),
    async close() {
      // A Node.js stream ends at once; a generator that is at work would only answer after it.
      if ('destroy' in body && typeof body.destroy === 'function') (body as Destroyable).destroy()
      else void iterator.return?.().catch(ignore)
      return nothing()
    },
  }
}

interface Destroyable {
  destroy(): void
}

async function* byteChunks(chunks: AsyncIterable<unknown>): AsyncGenerator<Bytes> {
  for await (const chunk of chunks) {
    const bytes = immediateBytes(chunk)
    if (bytes === undefined) throw invalid('The body gave a chunk that is no bytes.')
    yield bytes
  }
}
