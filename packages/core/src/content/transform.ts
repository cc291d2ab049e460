// SPDX-License-Identifier: Apache-2.0
/**
 * The content streams as pairs of Web Streams, for `pipeThrough`.
 *
 * @module
 */

import type { Bytes } from '../bytes.ts'
import type { ContentKey } from './content-key.ts'
import type { StreamOptions } from './options.ts'
import { readPieces } from './source.ts'
import { decryptStreamUnverified, encryptStream } from './stream.ts'

/** What `pipeThrough` takes, as it takes a `TransformStream`. */
export interface BytesTransform {
  /** What comes out. */
  readonly readable: ReadableStream<Bytes>
  /** What goes in. */
  readonly writable: WritableStream<Uint8Array>
}

/** A stream that asks a generator for what its reader asks for, and nothing ahead. */
export function toReadable(
  bytes: AsyncGenerator<Bytes>,
  cancelSource?: (reason: unknown) => Promise<void>,
): ReadableStream<Bytes> {
  return new ReadableStream<Bytes>(
    {
      async pull(controller) {
        const next = await bytes.next()
        if (next.done === true) controller.close()
        else controller.enqueue(next.value)
      },
      async cancel(reason) {
        await cancelSource?.(reason)
        await bytes.return(undefined)
      },
    },
    { highWaterMark: 0 },
  )
}

/** A generator over a source as a pair. */
function transform(generate: (source: AsyncIterable<Uint8Array>) => AsyncGenerator<Bytes>) {
  const { readable, writable } = new TransformStream<Uint8Array, Uint8Array>()
  const reader = readable.getReader()
  // A reader that gives up reaches the writer at once, even if the generator waits for it.
  const cancel = (reason: unknown) => reader.cancel(reason)
  return { writable, readable: toReadable(generate(readPieces(reader)), cancel) }
}

/** {@link encryptStream} as a transform. */
export function encryptTransform(key: ContentKey, options: StreamOptions = {}): BytesTransform {
  return transform((source) => encryptStream(key, source, options))
}

/** {@link decryptStreamUnverified} as a transform: plaintext leaves **before it is verified**. */
export function decryptTransformUnverified(
  key: ContentKey,
  options: StreamOptions = {},
): BytesTransform {
  return transform((source) => decryptStreamUnverified(key, source, options))
}
