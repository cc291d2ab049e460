// SPDX-License-Identifier: Apache-2.0
/**
 * Sinks that every platform has.
 *
 * @module
 */

import { concat, S3EncryptionError, type Bytes } from '@s3-cse/core'
import type { Sink } from './ports.ts'

/** A sink in memory. */
export interface MemorySink extends Sink {
  /** The content, once the download is complete and authenticated; until then undefined. */
  readonly bytes: Bytes | undefined
}

/** Keeps the content in memory. */
export function memorySink(): MemorySink {
  let content: Bytes | undefined
  return {
    get bytes() {
      return content
    },
    open() {
      const pieces = new Map<number, Bytes>()
      return Promise.resolve({
        write(offset, bytes) {
          pieces.set(offset, bytes.slice())
          return Promise.resolve()
        },
        commit() {
          content = concat(...[...pieces].sort(([a], [b]) => a - b).map(([, bytes]) => bytes))
          return Promise.resolve()
        },
        abort() {
          pieces.clear()
          return Promise.resolve()
        },
      })
    },
  }
}

/**
 * Writes the content to a stream, in order. A stream cannot take back what it was given: plaintext leaves
 * **before it is authenticated**. If the download fails the stream is aborted, and whoever reads it must
 * discard everything.
 */
export function streamSink(
  stream: WritableStream<Bytes>,
  danger: { readonly delayedAuthentication: boolean },
): Sink {
  if (!danger.delayedAuthentication) {
    throw new S3EncryptionError(
      'ERR_CONFIGURATION',
      'A stream gets plaintext before it is authenticated: say delayedAuthentication: true, or use another sink.',
    )
  }
  return {
    open() {
      const writer = stream.getWriter()
      // The stream may tell its failure by each of its promises; it is told by the writes.
      writer.closed.catch(() => undefined)
      const waiting = new Map<number, () => void>()
      let position = 0
      let failure: unknown
      return Promise.resolve({
        async write(offset, bytes) {
          if (offset !== position) {
            await new Promise<void>((resolve) => waiting.set(offset, resolve))
          }
          if (failure !== undefined) throw failure as Error
          try {
            await writer.ready
            await writer.write(bytes.slice())
            position = offset + bytes.length
          } catch (error) {
            failure = error
            for (const go of waiting.values()) go()
            throw error
          }
          waiting.get(position)?.()
          waiting.delete(position)
        },
        commit: () => writer.close(),
        abort: () => writer.abort(new Error('The download failed: discard what was written.')),
      })
    },
  }
}
