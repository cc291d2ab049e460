// SPDX-License-Identifier: Apache-2.0
/**
 * The body of a `GetObject` response: a stream of the runtime's own kind with the SDK's methods.
 *
 * @module
 */

import { toBase64, type Bytes } from '@s3-cse/core'
import { collect, readableChunks } from './chunks.ts'

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

/**
 * A response body from chunks, of the same kind as the body that the SDK returned: a Node.js `Readable`
 * or a web `ReadableStream`. Cancelling it returns the generator.
 */
export function bodyFrom(chunks: AsyncGenerator<Bytes, void>, original: object): SdkBody {
  const node = isNodeStream(original) ? nodeStreams() : undefined
  if (node !== undefined) {
    const readable = node.Readable.from(chunks, { objectMode: false })
    return withMethods(readable, readable, () => node.Readable.toWeb(readable))
  }
  const stream = webStream(chunks)
  return withMethods(stream, readableChunks(stream), () => stream)
}

function webStream(chunks: AsyncGenerator<Bytes, void>): ReadableStream<Bytes> {
  return new ReadableStream<Bytes>(
    {
      async pull(controller) {
        const result = await chunks.next()
        if (result.done === true) controller.close()
        else controller.enqueue(result.value)
      },
      async cancel() {
        await chunks.return(undefined)
      },
    },
    { highWaterMark: 0 },
  )
}

/** Text encodings that `TextDecoder` lacks and the SDK knows. */
const binaryEncodings: Readonly<Record<string, (bytes: Bytes) => string>> = {
  base64: toBase64,
  hex: (bytes) => Array.from(bytes, (byte) => byte.toString(16).padStart(2, '0')).join(''),
}

/** The methods that the SDK's response bodies have. Each body can be transformed once. */
function withMethods(
  stream: object,
  chunks: AsyncIterable<Bytes>,
  toWebStream: () => ReadableStream,
): SdkBody {
  let transformed = false
  const once = () => {
    if (transformed) throw new Error('The stream has already been transformed.')
    transformed = true
  }
  const transformToByteArray = async (): Promise<Bytes> => {
    once()
    return collect(chunks)
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
