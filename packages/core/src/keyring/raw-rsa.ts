// SPDX-License-Identifier: Apache-2.0
/**
 * Data keys under an RSA key pair of one's own.
 * Specification: awslabs/aws-encryption-sdk-specification, s3-encryption/materials/s3-rsa-keyring.md.
 *
 * @module
 */

import { asBytes } from '../bytes.ts'
import { S3EncryptionError } from '../errors.ts'
import {
  rsaPrivateKey,
  rsaPublicKey,
  type RsaKeySource,
  type RsaPrivateKey,
} from '../keys/rsa-key.ts'
import type { StringMap } from '../string-map.ts'
import { orFail, wrapFailed } from './failures.ts'
import { selectKey, type KeyFor } from './key-selection.ts'
import type {
  DecryptionMaterials,
  EncryptionMaterials,
  Keyring,
  WrappedDataKey,
} from './keyring.ts'
import { copyDescription, dataKeyToWrap, refuseEncryptionContext } from './raw-materials.ts'
import type { RawRsa } from './raw-rsa-port.ts'
import { rsaUnwrappings, rsaWrappings, type RsaWrappingName } from './rsa-wrapping.ts'
import { checkWrapping, checkWritable } from './wrapping.ts'

/** Options of {@link rawRsaKeyring}. */
export interface RawRsaKeyringOptions {
  /** The key that wraps. Without it the keyring reads only. */
  readonly publicKey?: RsaKeySource | undefined
  /**
   * The key that unwraps, unless an object's material description selects another. Without it, and
   * without the other keys, the keyring writes only.
   */
  readonly privateKey?: RsaKeySource | undefined
  /** Stored in clear with each object that is written: says which key it needs. */
  readonly materialDescription?: StringMap | undefined
  /**
   * Keys for objects with exactly these material descriptions. They come before `keyFor` and before
   * `privateKey`: an entry for the keyring's own `materialDescription` decides what it can read back.
   */
  readonly additionalKeys?:
    | readonly {
        /** As it is stored with the objects. */
        readonly materialDescription: StringMap
        /** Their wrapping key. */
        readonly privateKey: RsaKeySource
      }[]
    | undefined
  /** The private key for any other material description; `undefined` for `privateKey`. */
  readonly keyFor?: KeyFor<RsaKeySource> | undefined
  /**
   * Also unwrap data keys with the legacy algorithms `RSA/ECB/OAEPWithSHA-256AndMGF1Padding` and `RSA`
   * (PKCS#1 v1.5). With the latter, a wrong key shows only when the content does not decrypt.
   *
   * @defaultValue false
   */
  readonly enableLegacyWrappingAlgorithms?: boolean | undefined
  /** The RSA operation that reading legacy wrapping needs and WebCrypto lacks. */
  readonly rsa?: RawRsa | undefined
  /**
   * Write the legacy algorithm `RSA` (PKCS#1 v1.5) instead of `RSA-OAEP-SHA1`. Only for readers that
   * know nothing else, such as aioboto3.
   *
   * @defaultValue false
   */
  readonly writeLegacyRsa?: boolean | undefined
}

const ALGORITHMS = Object.keys(rsaUnwrappings) as readonly RsaWrappingName[]
const NO_KEY = 'Give it a privateKey, or have additionalKeys or keyFor know the description.'

/**
 * A keyring on RSA keys: writes `RSA-OAEP-SHA1`, reads it and, if enabled, the legacy
 * `RSA/ECB/OAEPWithSHA-256AndMGF1Padding` and `RSA`.
 *
 * @throws `S3EncryptionError` with `ERR_CONFIGURATION` if there is no key, or one that is none.
 */
export function rawRsaKeyring(options: RawRsaKeyringOptions): Keyring {
  const { publicKey, privateKey, additionalKeys = [], keyFor, rsa } = options
  const reads = privateKey !== undefined || keyFor !== undefined || additionalKeys.length > 0
  if (publicKey === undefined && !reads) {
    throw new S3EncryptionError(
      'ERR_CONFIGURATION',
      'A raw RSA keyring needs a publicKey to write, or a privateKey, additionalKeys or keyFor to read, or both.',
    )
  }
  const ownPublicKey = publicKey === undefined ? undefined : rsaPublicKey(publicKey, 'publicKey')
  const description = copyDescription(options.materialDescription ?? {})
  const keyOf = selectKey<RsaKeySource, RsaPrivateKey>({
    defaultKey: privateKey === undefined ? undefined : rsaPrivateKey(privateKey, 'privateKey'),
    additionalKeys: additionalKeys.map((entry, i) => ({
      materialDescription: entry.materialDescription,
      key: rsaPrivateKey(entry.privateKey, `additionalKeys[${i}].privateKey`),
    })),
    keyFor,
    load: rsaPrivateKey,
    missing: NO_KEY,
  })
  const writes = options.writeLegacyRsa === true ? 'RSA' : 'RSA-OAEP-SHA1'

  return {
    async onEncrypt(materials: EncryptionMaterials) {
      if (ownPublicKey === undefined) {
        throw new S3EncryptionError(
          'ERR_KEYRING_CANNOT_ENCRYPT',
          'A raw RSA keyring without publicKey can only read. To write, give it one.',
        )
      }
      refuseEncryptionContext(materials)
      checkWritable(materials.suite, writes)
      const dataKey = dataKeyToWrap(materials)
      const wrap = await rsaWrappings[writes](ownPublicKey)
      return {
        dataKey,
        encryptedDataKey: orFail(wrap(dataKey, materials.suite), wrapFailed, writes),
        wrappingAlgorithm: writes,
        description,
      } satisfies WrappedDataKey
    },

    async onDecrypt(materials: DecryptionMaterials) {
      const { wrappingAlgorithm, suite, encryptedDataKey, description: stored } = materials
      checkWrapping(wrappingAlgorithm, ALGORITHMS, options.enableLegacyWrappingAlgorithms)
      refuseEncryptionContext(materials)
      const key = await keyOf(stored)
      const unwrap = rsaUnwrappings[wrappingAlgorithm.name as RsaWrappingName]
      return unwrap({ key, wrapped: asBytes(encryptedDataKey), suite, rsa })
    },
  }
}
