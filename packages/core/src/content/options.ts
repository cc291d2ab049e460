// SPDX-License-Identifier: Apache-2.0
/**
 * Options of the content streams.
 *
 * @module
 */

import type { ContentKey } from './content-key.ts'
import { gcmCipher, type GcmCipher, type GcmTuning } from './gcm.ts'

/** Prepares the AES-GCM of one object, as {@link gcmCipher} does. */
export type GcmCipherFactory = (key: ContentKey, tuning?: GcmTuning) => Promise<GcmCipher>

/** How content is worked through. The bytes do not depend on it. */
export interface ContentOptions extends GcmTuning {
  /** Where AES-GCM is computed: another thread, for example. @default gcmCipher */
  readonly cipher?: GcmCipherFactory | undefined
  /** Bytes that go through one native call, a multiple of 16. @default 1_048_576 */
  readonly chunkSize?: number | undefined
  /** Chunks at work at one time. Memory is about three times `chunkSize × concurrency`. @default 4 */
  readonly concurrency?: number | undefined
}

/** How a stream of content is worked through, and what is known about it. */
export interface StreamOptions extends ContentOptions {
  /** Bytes that the source gives, if known. Any other number is an error. */
  readonly length?: number | undefined
}

/** The options, checked and with their defaults. */
export interface StreamSettings {
  /** Bytes, a multiple of 16. */
  readonly chunkSize: number
  /** Chunks at work at one time. */
  readonly concurrency: number
  /** Bytes that the source gives, if known. */
  readonly length: number | undefined
  /** Makes the cipher of one object. */
  readonly cipher: (key: ContentKey) => Promise<GcmCipher>
}

/**
 * Fills in the defaults.
 *
 * @throws `RangeError` for a chunk size that is no positive multiple of 16, a concurrency that is no
 * positive integer, or a length that is none.
 */
export function streamSettings(options: StreamOptions): StreamSettings {
  const { chunkSize = 2 ** 20, concurrency = 4, length } = options
  if (!Number.isSafeInteger(chunkSize) || chunkSize < 16 || chunkSize % 16 !== 0) {
    throw new RangeError(`chunkSize: expected a positive multiple of 16, got ${chunkSize}`)
  }
  if (!Number.isSafeInteger(concurrency) || concurrency < 1) {
    throw new RangeError(`concurrency: expected a positive integer, got ${concurrency}`)
  }
  if (length !== undefined && (!Number.isSafeInteger(length) || length < 0)) {
    throw new RangeError(`length: expected a number of bytes, got ${length}`)
  }
  return { chunkSize, concurrency, length, cipher: (key) => contentCipher(key, options) }
}

/** The cipher of one object, from where the options say. */
export function contentCipher(
  key: ContentKey,
  { cipher = gcmCipher, strategy, longIv }: ContentOptions = {},
): Promise<GcmCipher> {
  return cipher(key, { strategy, longIv })
}
