// SPDX-License-Identifier: Apache-2.0
/**
 * Options of the content streams.
 *
 * @module
 */

import type { GcmTuning } from './gcm.ts'

/** How a stream of content is cut and what is known about it. The bytes do not depend on it. */
export interface StreamOptions extends GcmTuning {
  /** Bytes that go through one native call, a multiple of 16. @default 1_048_576 */
  readonly chunkSize?: number | undefined
  /** Chunks at work at one time. Memory is about three times `chunkSize × concurrency`. @default 4 */
  readonly concurrency?: number | undefined
  /** Bytes that the source gives, if known. Any other number is an error. */
  readonly length?: number | undefined
}

/** The options, checked and with their defaults. */
export interface StreamSettings {
  readonly chunkSize: number
  readonly concurrency: number
  readonly tuning: GcmTuning
}

/**
 * Fills in the defaults.
 *
 * @throws `RangeError` for a chunk size that is no positive multiple of 16, a concurrency that is no
 * positive integer, or a length that is none.
 */
export function streamSettings(options: StreamOptions): StreamSettings {
  const { chunkSize = 2 ** 20, concurrency = 4, length = 0 } = options
  if (!Number.isSafeInteger(chunkSize) || chunkSize < 16 || chunkSize % 16 !== 0) {
    throw new RangeError(`chunkSize: expected a positive multiple of 16, got ${chunkSize}`)
  }
  if (!Number.isSafeInteger(concurrency) || concurrency < 1) {
    throw new RangeError(`concurrency: expected a positive integer, got ${concurrency}`)
  }
  if (!Number.isSafeInteger(length) || length < 0) {
    throw new RangeError(`length: expected a number of bytes, got ${length}`)
  }
  return { chunkSize, concurrency, tuning: options }
}
