// SPDX-License-Identifier: Apache-2.0
/**
 * Between keyring and content: the key of one object's content, for a new object with its envelope,
 * for a stored one from its envelope. Other clients call this the cryptographic materials manager.
 * Specification: awslabs/aws-encryption-sdk-specification, s3-encryption/encryption.md, decryption.md.
 *
 * @module
 */

import { asBytes, isZero, randomBytes, type Bytes } from './bytes.ts'
import type { ContentKey } from './content/content-key.ts'
import type { Envelope } from './envelope/envelope.ts'
import { S3EncryptionError, S3EncryptionSecurityError } from './errors.ts'
import { COMMITTING_SUITE_ID, deriveCommittedKey, deriveKeys } from './kdf.ts'
import type { EncryptionMaterials, Keyring, WrappedDataKey } from './keyring/keyring.ts'
import { wrappingAlgorithmByName, type WrappingAlgorithm } from './keyring/wrapping.ts'
import { checkReadable, type DecryptionPolicy } from './policy.ts'
import { isStringMap, type StringMap } from './string-map.ts'
import { algorithmSuite, type AlgorithmSuite, type FormatVersion } from './suites.ts'

// The key of a committing suite is derived for one object, so that its nonce can be fixed.
const COMMITTING_NONCE: Bytes = new Uint8Array(12).fill(0x01)
const NO_AAD: Bytes = new Uint8Array(0)
const NO_COMMITMENT: Bytes = new Uint8Array(0)

/** What a new object needs. */
export interface NewObject {
  /** For one body only: a key and IV never encrypt two. */
  readonly contentKey: ContentKey
  /** What is stored of the object besides its content. */
  readonly envelope: Envelope
}

/** What {@link beginEncryption} starts from. */
export interface EncryptionRequest {
  /** Wraps or unwraps the data key. */
  readonly keyring: Keyring
  /** How the content will be encrypted. */
  readonly suite: AlgorithmSuite
  /** Map that AWS KMS authenticates; not secret. */
  readonly encryptionContext?: StringMap | undefined
}

/**
 * Draws IV or message ID, and has the keyring make a data key, for one new object.
 *
 * @throws what the keyring throws; `S3EncryptionError` with `ERR_DATA_KEY_INVALID` or
 * `ERR_WRAPPING_ALGORITHM_UNSUPPORTED` if the keyring's answer is unfit.
 */
export async function beginEncryption(request: EncryptionRequest): Promise<NewObject> {
  const { keyring, suite, encryptionContext = {} } = request
  const iv = randomIv(suite)
  const { wrapped, wrappingAlgorithm } = await wrapDataKey(keyring, { suite, encryptionContext })
  // Wrapping and derivation run side by side: each is a thread hop that small objects wait for.
  const [{ contentKey, commitment }, encryptedDataKey] = await Promise.all([
    newContentKey(suite, iv, checkDataKey(wrapped.dataKey, suite.dataKeyLengths.slice(-1))),
    wrapped.encryptedDataKey,
  ])
  const envelope: Envelope = {
    format: formatFor(suite, wrappingAlgorithm),
    suite,
    iv,
    commitment,
    encryptedDataKey: answeredBytes(encryptedDataKey, 'encryptedDataKey'),
    wrappingAlgorithm,
    description: wrapped.description,
  }
  return { contentKey, envelope }
}

/**
 * Has a keyring wrap a data key.
 *
 * @throws what the keyring throws; `S3EncryptionError` with `ERR_WRAPPING_ALGORITHM_UNSUPPORTED`, or with
 * `ERR_CONFIGURATION` if the description could not be stored.
 */
export async function wrapDataKey(
  keyring: Keyring,
  materials: EncryptionMaterials,
): Promise<{ readonly wrapped: WrappedDataKey; readonly wrappingAlgorithm: WrappingAlgorithm }> {
  const wrapped = await keyring.onEncrypt(materials)
  // It is awaited later, or never, where something else is refused before.
  Promise.resolve(wrapped.encryptedDataKey).catch(() => undefined)
  const wrappingAlgorithm = wrappingAlgorithmByName(wrapped.wrappingAlgorithm)
  if (wrappingAlgorithm === undefined) {
    throw new S3EncryptionError(
      'ERR_WRAPPING_ALGORITHM_UNSUPPORTED',
      `The keyring wrapped with an unknown algorithm: ${JSON.stringify(wrapped.wrappingAlgorithm)}.`,
    )
  }
  if (!isStringMap(wrapped.description)) {
    throw new S3EncryptionError(
      'ERR_CONFIGURATION',
      'The description that the keyring answered is no object from strings to strings.',
    )
  }
  return { wrapped, wrappingAlgorithm }
}

/** What {@link beginDecryption} starts from. */
export interface DecryptionRequest {
  /** Wraps or unwraps the data key. */
  readonly keyring: Keyring
  /** What is stored of the object besides its content. */
  readonly envelope: Envelope
  /** What may be read. */
  readonly policy: DecryptionPolicy
  /** What the reader expects to be authenticated by AWS KMS. */
  readonly encryptionContext?: StringMap | undefined
  /** Read a range: the key is that of the CTR form of the suite. */
  readonly ranged?: boolean | undefined
}

/**
 * Has the keyring unwrap the data key of a stored object, once the policy allows to read it, and checks
 * the commitment.
 *
 * @throws what the policy and the keyring throw; `S3EncryptionError` with `ERR_DATA_KEY_INVALID`;
 * `S3EncryptionSecurityError` with `ERR_COMMITMENT_MISMATCH`.
 */
export async function beginDecryption(request: DecryptionRequest): Promise<ContentKey> {
  return (await unwrapDataKey(request)).contentKey
}

/** As {@link beginDecryption}, with the data key itself. */
export async function unwrapDataKey(
  request: DecryptionRequest,
): Promise<{ readonly dataKey: Bytes; readonly contentKey: ContentKey }> {
  const { keyring, envelope, policy, encryptionContext = {}, ranged = false } = request
  const { iv, commitment, encryptedDataKey, wrappingAlgorithm, description } = envelope
  const suite = ranged ? algorithmSuite(envelope.suite.ranged) : envelope.suite
  checkReadable(suite, policy)
  const dataKey = checkDataKey(
    await keyring.onDecrypt({
      suite,
      encryptedDataKey,
      wrappingAlgorithm,
      description,
      encryptionContext,
    }),
    suite.dataKeyLengths,
  )
  if (!suite.committing) return { dataKey, contentKey: directKey(suite, iv, dataKey) }
  const key = await deriveCommittedKey({ dataKey, messageId: iv }, commitment ?? NO_COMMITMENT)
  return { dataKey, contentKey: committedKey(suite, key) }
}

/** The newest format of the suite; format V1 for the wrapping that has no name in V2. */
export function formatFor(
  { formats }: AlgorithmSuite,
  { named }: WrappingAlgorithm,
): FormatVersion {
  return named || !formats.includes(1) ? (formats.at(-1) ?? 3) : 1
}

async function newContentKey(suite: AlgorithmSuite, iv: Bytes, dataKey: Bytes) {
  if (!suite.committing) return { contentKey: directKey(suite, iv, dataKey), commitment: undefined }
  const { contentKey, commitment } = await deriveKeys({ dataKey, messageId: iv })
  return { contentKey: committedKey(suite, contentKey), commitment }
}

const directKey = (suite: AlgorithmSuite, iv: Bytes, key: Bytes): ContentKey => ({
  suite,
  key,
  iv,
  aad: NO_AAD,
})

const committedKey = (suite: AlgorithmSuite, key: Bytes): ContentKey => ({
  suite,
  key,
  iv: COMMITTING_NONCE,
  aad: COMMITTING_SUITE_ID,
})

/**
 * Bytes that a keyring answered, which may be somebody's own and without types.
 *
 * @throws `S3EncryptionError` with `ERR_DATA_KEY_INVALID`.
 */
export function answeredBytes(bytes: unknown, name: string): Bytes {
  if (!ArrayBuffer.isView(bytes) || bytes.byteLength === 0) {
    throw new S3EncryptionError(
      'ERR_DATA_KEY_INVALID',
      `The keyring answered without ${name}: expected a Uint8Array.`,
    )
  }
  return asBytes(bytes)
}

function checkDataKey(answer: Uint8Array, lengths: readonly number[]): Bytes {
  const dataKey = answeredBytes(answer, 'a data key')
  if (!lengths.includes(dataKey.length)) {
    throw new S3EncryptionError(
      'ERR_DATA_KEY_INVALID',
      `The data key has ${dataKey.length} bytes; expected ${lengths.join(' or ')}.`,
    )
  }
  return dataKey
}

function randomIv({ ivLength }: AlgorithmSuite): Bytes {
  const iv = randomBytes(ivLength)
  if (isZero(iv)) {
    throw new S3EncryptionSecurityError(
      'ERR_ENVELOPE_ZERO_IV',
      'The random number generator of the platform answered with zeros only.',
    )
  }
  return iv
}
