// SPDX-License-Identifier: Apache-2.0
/**
 * How large content is moved.
 *
 * @module
 */

import { S3EncryptionError } from '@s3-cse/core'

/** Options of transfers, for a client or for one request. */
export interface TransferOptions {
  /**
   * Bytes of a part of an upload, and of a range of a download: a multiple of 16, from 5 MiB to 5 GiB.
   *
   * @defaultValue 7_340_032, with which 10,000 parts hold the longest object that AES-GCM can encrypt
   */
  readonly partSize?: number | undefined
  /**
   * Parts, or ranges, at work at one time. Each takes about twice its size of memory.
   *
   * @defaultValue 4
   */
  readonly partsInFlight?: number | undefined
}

/** The options, checked and with their defaults. */
export interface TransferSettings {
  readonly partSize: number
  readonly partsInFlight: number
}

/** S3 takes no smaller part, but for the last. Bytes. */
export const SMALLEST_PART: number = 5 * 2 ** 20
const LARGEST_PART = 5 * 2 ** 30 // bytes
/** S3 takes no more parts. */
export const MOST_PARTS = 10_000
// Below 8 MiB the SHA-256 of the SDK for browsers is native.
const DEFAULT_PART = 7 * 2 ** 20 // bytes

const DEFAULTS: TransferSettings = { partSize: DEFAULT_PART, partsInFlight: 4 }

/**
 * Fills in the defaults, for one request those of the client.
 *
 * @throws `S3EncryptionError` with `ERR_CONFIGURATION` for values out of their range.
 */
export function transferSettings(
  options: TransferOptions,
  defaults: TransferSettings = DEFAULTS,
): TransferSettings {
  const { partSize = defaults.partSize, partsInFlight = defaults.partsInFlight } = options
  checkPartSize(partSize)
  if (!Number.isSafeInteger(partsInFlight) || partsInFlight < 1) {
    throw new S3EncryptionError(
      'ERR_CONFIGURATION',
      `partsInFlight must be a positive whole number, got ${partsInFlight}.`,
    )
  }
  return { partSize, partsInFlight }
}

/** Refuses a part size that S3 or the cipher would not take. */
export function checkPartSize(partSize: number): void {
  if (
    !Number.isSafeInteger(partSize) ||
    partSize % 16 !== 0 ||
    partSize < SMALLEST_PART ||
    partSize > LARGEST_PART
  ) {
    throw new S3EncryptionError(
      'ERR_CONFIGURATION',
      `partSize must be a multiple of 16 from ${SMALLEST_PART} to ${LARGEST_PART} bytes, got ${partSize}.`,
    )
  }
}
