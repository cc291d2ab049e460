// SPDX-License-Identifier: Apache-2.0
/**
 * Crypto contexts: where `S3CSE` has its data keys from.
 *
 * @module
 */

import type { DecryptionMaterials, StringMap } from '@s3-cse/core'

/** A data key of 32 bytes, its material description, and the data key encrypted, in base64. */
export type EncryptionAesKey = readonly [
  aesKey: Uint8Array,
  materialDescription: StringMap,
  encryptedKey: string,
]

/** Base of all contexts; extend it for one of your own. */
export abstract class CryptoContext {
  /** Once, before the first use. */
  setup(): Promise<void> {
    return Promise.resolve()
  }

  /** Once, after the last use. */
  close(): Promise<void> {
    return Promise.resolve()
  }

  /**
   * The data key of a stored object.
   *
   * @param key - the encrypted data key.
   * @param materialDescription - of the object; comes from the bucket.
   * @param materials - what else the object says, such as the wrapping algorithm.
   */
  abstract getDecryptionAesKey(
    key: Uint8Array,
    materialDescription: StringMap,
    materials: DecryptionMaterials,
  ): Promise<Uint8Array>

  /** A data key for a new object. */
  abstract getEncryptionAesKey(): Promise<EncryptionAesKey>
}
