// SPDX-License-Identifier: Apache-2.0
/**
 * Data keys from AWS KMS.
 * Specification: awslabs/aws-encryption-sdk-specification, s3-encryption/materials/s3-kms-keyring.md.
 *
 * @module
 */

import { S3EncryptionError } from '../errors.ts'
import { equalMaps, isStringMap, omit, type StringMap } from '../string-map.ts'
import type { AlgorithmSuite } from '../suites.ts'
import type {
  DecryptionMaterials,
  EncryptionMaterials,
  Keyring,
  WrappedDataKey,
} from './keyring.ts'
import { checkWrapping, checkWritable } from './wrapping.ts'

/** The three operations of AWS KMS that the keyring needs. Errors of the service pass through. */
export interface Kms {
  /** `GenerateDataKey` with `KeySpec` `AES_256`. */
  generateDataKey(request: {
    readonly keyId: string
    readonly encryptionContext: StringMap
    readonly grantTokens: readonly string[] | undefined
  }): Promise<{
    /** 32 bytes, secret. */
    readonly dataKey: Uint8Array
    /** `CiphertextBlob` of the answer. */
    readonly encryptedDataKey: Uint8Array
  }>
  /** `Encrypt`: wraps a data key that exists already. */
  encrypt(request: {
    readonly keyId: string
    readonly dataKey: Uint8Array
    readonly encryptionContext: StringMap
    readonly grantTokens: readonly string[] | undefined
  }): Promise<Uint8Array>
  /** `Decrypt`; without `keyId` the service finds the key by the ciphertext. */
  decrypt(request: {
    readonly keyId: string | undefined
    readonly encryptedDataKey: Uint8Array
    readonly encryptionContext: StringMap
    readonly grantTokens: readonly string[] | undefined
  }): Promise<Uint8Array>
}

/** Which KMS key: one by name, or, for reading only, whichever wrapped the object's data key. */
export type KmsKeySelection =
  | {
      /** Key id, key ARN, alias name (`alias/…`) or alias ARN. */
      readonly keyId: string
      /** Off: only the named key. */
      readonly discovery?: false | undefined
      /**
       * Write the wrapping algorithm `kms`, which does not bind the content algorithm, instead of
       * `kms+context`. Only for readers that know nothing else, such as aioboto3.
       *
       * @defaultValue false
       */
      readonly writeLegacyKms?: boolean | undefined
    }
  | {
      /** None: it is found by the ciphertext. */
      readonly keyId?: undefined
      /** Read with any KMS key that the credentials may use. Cannot write. */
      readonly discovery: true
      /** Has no meaning here: it cannot write. */
      readonly writeLegacyKms?: undefined
    }

/** Options of {@link kmsKeyring}. */
export type KmsKeyringOptions = KmsKeySelection & {
  /** The service. Its region is that of the key; it need not be the bucket's. */
  readonly kms: Kms
  /** Tokens of KMS grants, sent with each call. */
  readonly grantTokens?: readonly string[] | undefined
  /**
   * Also unwrap data keys with the legacy algorithm `kms`.
   *
   * @defaultValue false
   */
  readonly enableLegacyWrappingAlgorithms?: boolean | undefined
}

const CONTENT_ALGORITHM = 'aws:x-amz-cek-alg'
const LEGACY_KEY_ID = 'kms_cmk_id'
const RESERVED = [CONTENT_ALGORITHM, LEGACY_KEY_ID]

/** What each writing mode stores and has KMS authenticate besides the caller's own context. */
const reservedPair = {
  'kms+context': ({ contentAlgorithm }: AlgorithmSuite) => ({
    [CONTENT_ALGORITHM]: contentAlgorithm,
  }),
  kms: (_suite: AlgorithmSuite, keyId: string) => ({ [LEGACY_KEY_ID]: keyId }),
}

/**
 * A keyring on AWS KMS: writes `kms+context`, reads it and, if enabled, the legacy `kms`.
 *
 * @throws `S3EncryptionError` with `ERR_CONFIGURATION` unless exactly one of `keyId` and `discovery`
 * is given.
 */
export function kmsKeyring(options: KmsKeyringOptions): Keyring {
  const { kms, keyId, discovery = false, grantTokens, enableLegacyWrappingAlgorithms } = options
  const named = typeof keyId === 'string' && keyId !== ''
  if (named === discovery) {
    throw new S3EncryptionError(
      'ERR_CONFIGURATION',
      'A KMS keyring needs either keyId (key id, key ARN, alias name or alias ARN) or discovery: true.',
    )
  }
  const writes = options.writeLegacyKms === true ? 'kms' : 'kms+context'
  if (discovery && writes === 'kms') {
    throw new S3EncryptionError(
      'ERR_CONFIGURATION',
      'writeLegacyKms needs a keyId: a KMS keyring in discovery mode can only read.',
    )
  }

  return {
    async onEncrypt({ suite, encryptionContext, dataKey }: EncryptionMaterials) {
      if (!named) {
        throw new S3EncryptionError(
          'ERR_KEYRING_CANNOT_ENCRYPT',
          'A KMS keyring in discovery mode can only read. To write, give it a keyId.',
        )
      }
      checkWritable(suite, writes)
      checkEncryptionContext(encryptionContext)
      const description = { ...encryptionContext, ...reservedPair[writes](suite, keyId) }
      const request = { keyId, encryptionContext: description, grantTokens }
      const wrapped =
        dataKey === undefined
          ? await kms.generateDataKey(request)
          : { dataKey, encryptedDataKey: await kms.encrypt({ ...request, dataKey }) }
      return { ...wrapped, wrappingAlgorithm: writes, description } satisfies WrappedDataKey
    },

    async onDecrypt(materials: DecryptionMaterials) {
      const { wrappingAlgorithm, description, encryptedDataKey } = materials
      checkWrapping(wrappingAlgorithm, ['kms+context', 'kms'], enableLegacyWrappingAlgorithms)
      if (wrappingAlgorithm.legacy) refuseContextOfLegacy(materials)
      else checkStoredContext(materials)
      return kms.decrypt({ keyId, encryptedDataKey, encryptionContext: description, grantTokens })
    },
  }
}

/**
 * Refuses an encryption context that KMS or the format would not carry as given.
 *
 * @throws `TypeError` if it is not a map from strings to strings; `S3EncryptionError` with
 * `ERR_ENCRYPTION_CONTEXT_RESERVED` if it uses a key that the format sets itself.
 */
function checkEncryptionContext(context: StringMap): void {
  if (!isStringMap(context)) {
    throw new TypeError('encryptionContext: expected an object from strings to strings')
  }
  const reserved = RESERVED.find((key) => Object.hasOwn(context, key))
  if (reserved !== undefined) {
    throw new S3EncryptionError(
      'ERR_ENCRYPTION_CONTEXT_RESERVED',
      `The encryption context must not contain ${reserved}: the key is reserved for the encryption client.`,
    )
  }
}

const mismatch = (message: string) =>
  new S3EncryptionError('ERR_ENCRYPTION_CONTEXT_MISMATCH', message)

/** The stored context without the reserved keys must be what the reader expects, entry by entry. */
function checkStoredContext({ description, encryptionContext, suite }: DecryptionMaterials): void {
  checkEncryptionContext(encryptionContext)
  if (!equalMaps(omit(description, RESERVED), encryptionContext)) {
    throw mismatch(
      'The encryption context given does not match that of the object. Give the one that the object was written with.',
    )
  }
  const bound = description[CONTENT_ALGORITHM]
  if (bound !== undefined && bound !== suite.contentAlgorithm) {
    throw mismatch(
      `The data key of the object was made for ${bound} content, but its envelope says ${suite.contentAlgorithm}.`,
    )
  }
}

/** `kms` never bound a caller's context: accepting one would look like a check that was not made. */
function refuseContextOfLegacy({ encryptionContext }: DecryptionMaterials): void {
  if (Object.keys(encryptionContext).length > 0) {
    throw mismatch(
      'The data key of the object is wrapped with the legacy algorithm kms, which has no encryption context of the caller. Read it without encryptionContext.',
    )
  }
}
