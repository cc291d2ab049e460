// SPDX-License-Identifier: Apache-2.0
/**
 * Data keys under an AES key of one's own.
 * Specification: awslabs/aws-encryption-sdk-specification, s3-encryption/materials/s3-aes-keyring.md.
 *
 * @module
 */

import { asBytes } from '../bytes.ts'
import { S3EncryptionError } from '../errors.ts'
import { aesKey, type AesKey, type AesKeySource } from '../keys/aes-key.ts'
import type { StringMap } from '../string-map.ts'
import { aesUnwrappings, aesWrappings, type AesWrappingName } from './aes-wrapping.ts'
import { orFail, unwrapFailed, wrapFailed } from './failures.ts'
import { selectKey, type KeyFor } from './key-selection.ts'
import type {
  DecryptionMaterials,
  EncryptionMaterials,
  Keyring,
  WrappedDataKey,
} from './keyring.ts'
import { copyDescription, dataKeyToWrap, refuseEncryptionContext } from './raw-materials.ts'
import { checkWrapping, checkWritable } from './wrapping.ts'

/** Options of {@link rawAesKeyring}. */
export interface RawAesKeyringOptions {
  /**
   * The key that wraps, and that unwraps unless an object's material description selects another.
   * Without it the keyring reads only, with the other keys.
   */
  readonly wrappingKey?: AesKeySource | undefined
  /** Stored in clear with each object that is written: says which key it needs. */
  readonly materialDescription?: StringMap | undefined
  /**
   * Keys for objects with exactly these material descriptions. They come before `keyFor` and before
   * `wrappingKey`: an entry for the keyring's own `materialDescription` decides what it can read back.
   */
  readonly additionalKeys?:
    | readonly {
        /** As it is stored with the objects. */
        readonly materialDescription: StringMap
        /** Their wrapping key. */
        readonly wrappingKey: AesKeySource
      }[]
    | undefined
  /** The key for any other material description; `undefined` for `wrappingKey`. */
  readonly keyFor?: KeyFor<AesKeySource> | undefined
  /**
   * Also unwrap data keys with the legacy algorithms `AESWrap` and `AES` (AES-ECB).
   *
   * @defaultValue false
   */
  readonly enableLegacyWrappingAlgorithms?: boolean | undefined
  /**
   * Write the legacy algorithm `AES` (AES-ECB), which authenticates nothing, instead of `AES/GCM`.
   * Only for readers that know nothing else, such as aioboto3, Snowflake and Amazon Redshift.
   *
   * @defaultValue false
   */
  readonly writeLegacyAes?: boolean | undefined
}

const ALGORITHMS = Object.keys(aesUnwrappings) as readonly AesWrappingName[]
const NO_KEY = 'Give it a wrappingKey, or have additionalKeys or keyFor know the description.'

/**
 * A keyring on an AES key: writes `AES/GCM`, reads it and, if enabled, the legacy `AESWrap` and `AES`.
 *
 * @throws `S3EncryptionError` with `ERR_CONFIGURATION` if there is no key, or one that is none.
 */
export function rawAesKeyring(options: RawAesKeyringOptions): Keyring {
  const { wrappingKey, additionalKeys = [], keyFor, enableLegacyWrappingAlgorithms } = options
  if (wrappingKey === undefined && keyFor === undefined && additionalKeys.length === 0) {
    throw new S3EncryptionError(
      'ERR_CONFIGURATION',
      'A raw AES keyring needs a wrappingKey, or, for reading only, additionalKeys or keyFor.',
    )
  }
  const ownKey = wrappingKey === undefined ? undefined : aesKey(wrappingKey, 'wrappingKey')
  const description = copyDescription(options.materialDescription ?? {})
  const keyOf = selectKey<AesKeySource, AesKey>({
    defaultKey: ownKey,
    additionalKeys: additionalKeys.map((entry, i) => ({
      materialDescription: entry.materialDescription,
      key: aesKey(entry.wrappingKey, `additionalKeys[${i}].wrappingKey`),
    })),
    keyFor,
    load: aesKey,
    missing: NO_KEY,
  })
  const writes = options.writeLegacyAes === true ? 'AES' : 'AES/GCM'

  return {
    async onEncrypt(materials: EncryptionMaterials) {
      if (ownKey === undefined) {
        throw new S3EncryptionError(
          'ERR_KEYRING_CANNOT_ENCRYPT',
          'A raw AES keyring without wrappingKey can only read. To write, give it one.',
        )
      }
      refuseEncryptionContext(materials)
      checkWritable(materials.suite, writes)
      const dataKey = dataKeyToWrap(materials)
      const { use, wrap } = aesWrappings[writes]
      const key = await ownKey(use)
      return {
        dataKey,
        encryptedDataKey: orFail(wrap(key, dataKey, materials.suite), wrapFailed, writes),
        wrappingAlgorithm: writes,
        description,
      } satisfies WrappedDataKey
    },

    async onDecrypt(materials: DecryptionMaterials) {
      const { wrappingAlgorithm, suite } = materials
      checkWrapping(wrappingAlgorithm, ALGORITHMS, enableLegacyWrappingAlgorithms)
      refuseEncryptionContext(materials)
      const name = wrappingAlgorithm.name as AesWrappingName
      const { use, wrappedLength, unwrap } = aesUnwrappings[name]
      const wrapped = asBytes(materials.encryptedDataKey)
      if (!suite.dataKeyLengths.some((length) => wrappedLength(length) === wrapped.length)) {
        throw unwrapFailed(name)
      }
      const key = await (await keyOf(materials.description))(use)
      const dataKey = await orFail(unwrap(key, wrapped, suite), unwrapFailed, name)
      // Padding can be right by chance where nothing is authenticated.
      if (!suite.dataKeyLengths.includes(dataKey.length)) throw unwrapFailed(name)
      return dataKey
    },
  }
}
