// SPDX-License-Identifier: Apache-2.0
/**
 * The keyring: what makes, wraps and unwraps data keys.
 * Specification: awslabs/aws-encryption-sdk-specification, s3-encryption/materials/keyrings.md.
 *
 * @module
 */

import type { StringMap } from '../string-map.ts'
import type { AlgorithmSuite } from '../suites.ts'
import type { WrappingAlgorithm, WrappingAlgorithmName } from './wrapping.ts'

/** What a keyring is told when an object is written. */
export interface EncryptionMaterials {
  /** Suite of the content. */
  readonly suite: AlgorithmSuite
  /** As the caller gave it, without reserved keys; empty if none was given. */
  readonly encryptionContext: StringMap
  /** The data key to wrap, when an existing one is wrapped anew. Otherwise the keyring makes one. */
  readonly dataKey?: Uint8Array | undefined
}

/** What a keyring answers when an object is written. */
export interface WrappedDataKey {
  /** 32 bytes, secret, for this one object. */
  readonly dataKey: Uint8Array
  /** The data key, wrapped. A promise lets the derivation of the content key run beside it. */
  readonly encryptedDataKey: Uint8Array | PromiseLike<Uint8Array>
  /** How it was wrapped. */
  readonly wrappingAlgorithm: WrappingAlgorithmName
  /** Stored in clear with the object: the complete encryption context, or the material description. */
  readonly description: StringMap
}

/** What a keyring is told when an object is read. All of it comes from the bucket: trust nothing. */
export interface DecryptionMaterials {
  /** Suite of the content. */
  readonly suite: AlgorithmSuite
  /** The data key, wrapped. */
  readonly encryptedDataKey: Uint8Array
  /** How it is wrapped. */
  readonly wrappingAlgorithm: WrappingAlgorithm
  /** The map stored with the object: encryption context, or material description. */
  readonly description: StringMap
  /** The encryption context that the reader expects; empty if none was given. */
  readonly encryptionContext: StringMap
}

/**
 * Makes a data key for each object that is written, and unwraps that of each object that is read.
 * Policy checks come before any call.
 */
export interface Keyring {
  /**
   * A new data key and its wrapped form.
   *
   * @throws `S3EncryptionError` with `ERR_KEYRING_CANNOT_ENCRYPT` if the keyring can only read.
   */
  onEncrypt(materials: EncryptionMaterials): Promise<WrappedDataKey>
  /**
   * The data key of an object, 16, 24 or 32 bytes.
   *
   * @throws `S3EncryptionError` if this keyring does not unwrap it: the algorithm is unknown or a
   * legacy one that is not enabled, the encryption context differs, or the key is another.
   */
  onDecrypt(materials: DecryptionMaterials): Promise<Uint8Array>
}
