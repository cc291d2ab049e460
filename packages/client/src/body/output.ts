// SPDX-License-Identifier: Apache-2.0
/**
 * The body of a `GetObject` response: a stream of the runtime's own kind with the SDK's methods.
 *
 * @module
 */

import { concat, pieces, toBase64, toReadable, type Bytes } from '@s3-cse/core'

/**
 * The part of the SDK's response bodies that all runtimes share. The SDK's own type drags in those of
 * Node.js, which this package does without.
 */
export interface SdkBody {
  transformToByteArray(): Promise<Uint8Array>
  transformToString(encoding?: string): Promise<string>
  transformToWebStream(): ReadableStream
}

/** The part of `node:stream` that is used here. */
interface NodeStreams {
  readonly Readable: {
    from(chunks: AsyncIterable<Bytes>, options: { objectMode: boolean }): AsyncIterable<Bytes>
    toWeb(stream: object): ReadableStream
  }
}

/** `node:stream` where there is one, by a way that bundlers for browsers do not try to follow. */
function nodeStreams(): NodeStreams | undefined {
  const { process } = globalThis as unknown as {
    process?: { getBuiltinModule?(id: string): NodeStreams | undefined }
  }
  return process?.getBuiltinModule?.('node:stream')
}

/** Whether a response body is a Node.js stream, as that of the SDK's Node handler. */
function isNodeStream(body: object): boolean {
  return 'pipe' in body && typeof body.pipe === 'function'
}

/** The chunks of a response body, whatever its kind. */
export function responseChunks(body: SdkBody): AsyncIterable<Uint8Array> {
  return pieces(body as unknown as AsyncIterable<Uint8Array>) as AsyncIterable<Uint8Array>
}

/** Ends a response whose body nobody will read, so that its connection is not kept. */
export async function discard(body: SdkBody): Promise<void> {
  if (body instanceof ReadableStream) await body.cancel().catch(() => undefined)
  else (body as { destroy?(): void }).destroy?.()
}

/**
 * A response body from chunks, of the same kind as the body that the SDK returned: a Node.js `Readable`
 * or a web `ReadableStream`. Cancelling it returns the generator.
 */
export function bodyFrom(chunks: AsyncGenerator<Bytes>, original: object): SdkBody {
  const node = isNodeStream(original) ? nodeStreams() : undefined
  if (node !== undefined) {
    const readable = node.Readable.from(chunks, { objectMode: false })
    return withMethods(
      readable,
      () => readable,
      () => node.Readable.toWeb(readable),
    )
  }
  const stream = toReadable(chunks)
  // A stream is locked by whoever reads it: not before somebody does.
  return withMethods(
    stream,
    () => pieces(stream),
    () => stream,
  )
}

/** Text encodings that `TextDecoder` lacks and the SDK knows. */
const binaryEncodings: Readonly<Record<string, (bytes: Bytes) => string>> = {
  base64: toBase64,
  // TextDecoder means windows-1252 by this name.
  latin1: (bytes) => Array.from(bytes, (byte) => String.fromCharCode(byte)).join(''),
  hex: (bytes) => Array.from(bytes, (byte) => byte.toString(16).padStart(2, '0')).join(''),
}

/** The methods that the SDK's response bodies have. Each body can be transformed once. */
function withMethods(
  stream: object,
  chunks: () => Iterable<Uint8Array> | AsyncIterable<Uint8Array>,
  toWebStream: () => ReadableStream,
): SdkBody {
  let transformed = false
  const once = () => {
    if (transformed) throw new Error('The stream has already been transformed.')
    transformed = true
  }
  const transformToByteArray = async (): Promise<Bytes> => {
    once()
    const parts: Uint8Array[] = []
    for await (const part of chunks()) parts.push(part)
    return concat(...parts)
  }
  return Object.assign<object, SdkBody>(stream, {
    transformToByteArray,
    async transformToString(encoding = 'utf-8') {
      const bytes = await transformToByteArray()
      return binaryEncodings[encoding]?.(bytes) ?? new TextDecoder(encoding).decode(bytes)
    },
    transformToWebStream() {
      once()
      return toWebStream()
    },
  })
}
