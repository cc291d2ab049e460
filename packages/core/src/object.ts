// SPDX-License-Identifier: Apache-2.0
/**
 * Objects in memory, without any SDK: for people who bring their own HTTP.
 *
 * @module
 */

import { asBytes, type Bytes } from './bytes.ts'
import { decryptBytes, encryptBytes } from './content/one-shot.ts'
import { envelopeFields } from './envelope/fields.ts'
import { readEnvelope } from './envelope/read.ts'
import { withEnvelope } from './envelope/write.ts'
import type { Keyring } from './keyring/keyring.ts'
import { beginDecryption, beginEncryption } from './materials.ts'
import { suiteForEncryption, type DecryptionPolicy, type EncryptionPolicy } from './policy.ts'
import type { StringMap } from './string-map.ts'

/** An object as S3 stores it. */
export interface EncryptedObject {
  /** Ciphertext with its tag or padding. */
  readonly body: Bytes
  /** User metadata, the envelope among them; send each as the header `x-amz-meta-` + name. */
  readonly metadata: StringMap
}

/** Options of {@link encrypt}. */
export type EncryptOptions = EncryptionPolicy & {
  /** Makes, wraps and unwraps data keys. */
  readonly keyring: Keyring
  /** Map that AWS KMS authenticates; stored in clear. */
  readonly encryptionContext?: StringMap | undefined
  /** User metadata to keep beside the envelope. */
  readonly metadata?: StringMap | undefined
}

/** Options of {@link decrypt}. */
export type DecryptOptions = DecryptionPolicy & {
  /** Makes, wraps and unwraps data keys. */
  readonly keyring: Keyring
  /** Must equal what the object was written with. */
  readonly encryptionContext?: StringMap | undefined
}

/**
 * Encrypts one object.
 *
 * @param body - plaintext.
 * @throws `S3EncryptionError`; what the keyring throws.
 */
export async function encrypt(
  body: Uint8Array,
  { keyring, encryptionContext, metadata = {}, ...policy }: EncryptOptions,
): Promise<EncryptedObject> {
  const suite = suiteForEncryption(policy)
  const { contentKey, envelope } = await beginEncryption({ keyring, suite, encryptionContext })
  const stored = withEnvelope(metadata, envelope, body.length)
  return { body: await encryptBytes(contentKey, asBytes(body)), metadata: stored }
}

/**
 * Decrypts one object; plaintext comes back only when all of it was authenticated.
 *
 * @throws `S3EncryptionError`; what the keyring throws.
 */
export async function decrypt(
  { body, metadata }: { readonly body: Uint8Array; readonly metadata: StringMap },
  { keyring, encryptionContext, ...policy }: DecryptOptions,
): Promise<Bytes> {
  const envelope = readEnvelope(envelopeFields(metadata))
  const contentKey = await beginDecryption({ keyring, envelope, policy, encryptionContext })
  return decryptBytes(contentKey, asBytes(body))
}
