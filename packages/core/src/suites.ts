// SPDX-License-Identifier: Apache-2.0
/**
 * The algorithm suites of the Amazon S3 Encryption Client: one row each, read by every direction.
 * Specification: awslabs/aws-encryption-sdk-specification, framework/algorithm-suites.md and
 * s3-encryption/encryption.md.
 *
 * @module
 */

/** Shape of the envelope that describes an object. */
export type FormatVersion = 1 | 2 | 3

/** Names of the specification for the suites. */
export type AlgorithmSuiteName =
  | 'ALG_AES_256_CBC_IV16_NO_KDF'
  | 'ALG_AES_256_CTR_IV16_TAG16_NO_KDF'
  | 'ALG_AES_256_GCM_IV12_TAG16_NO_KDF'
  | 'ALG_AES_256_GCM_HKDF_SHA512_COMMIT_KEY'
  | 'ALG_AES_256_CTR_HKDF_SHA512_COMMIT_KEY'

/** Ids of the suites: the first byte is zero in all of them. */
export type AlgorithmSuiteId = 0x0070 | 0x0071 | 0x0072 | 0x0073 | 0x0074

/** One row of the table. Lengths are bytes. */
export interface AlgorithmSuite {
  /** As the specification numbers it. */
  readonly id: AlgorithmSuiteId
  /** As the specification names it. */
  readonly name: AlgorithmSuiteName
  /** How the content is encrypted. CTR is how a range of GCM content is read. */
  readonly cipher: 'AES-CBC' | 'AES-CTR' | 'AES-GCM'
  /** Name that the envelope stores (`x-amz-cek-alg`, `x-amz-c`) and that wrapping binds. */
  readonly contentAlgorithm: 'AES/CBC/PKCS5Padding' | 'AES/GCM/NoPadding' | '115'
  /** Envelope formats in which the suite may stand. */
  readonly formats: readonly FormatVersion[]
  /** Lengths of data key that are read; the longest is the one written. */
  readonly dataKeyLengths: readonly number[]
  /** Random bytes that the envelope stores: the IV, or the message ID of a committing suite. */
  readonly ivLength: number
  /** Bytes of authentication tag after the ciphertext. */
  readonly tagLength: 0 | 16
  /** Whether the key is derived by HKDF and committed to. */
  readonly committing: boolean
  /** Whether it is read only when the caller allows unauthenticated legacy content. */
  readonly legacy: boolean
  /** Most bytes of plaintext under one data key and IV. */
  readonly maxContentLength: number
  /** Suite that reads a range of this one. */
  readonly ranged: AlgorithmSuiteId
}

const GCM_MAX = 2 ** 36 - 32 // NIST SP 800-38D, 5.2.1.1: 2^39 - 256 bits

/** Every row, in the order of the ids. */
export const algorithmSuites: readonly AlgorithmSuite[] = [
  {
    id: 0x0070,
    name: 'ALG_AES_256_CBC_IV16_NO_KDF',
    cipher: 'AES-CBC',
    contentAlgorithm: 'AES/CBC/PKCS5Padding',
    formats: [1, 2],
    dataKeyLengths: [16, 24, 32],
    ivLength: 16,
    tagLength: 0,
    committing: false,
    legacy: true,
    maxContentLength: Number.MAX_SAFE_INTEGER - 16,
    ranged: 0x0070,
  },
  {
    id: 0x0071,
    name: 'ALG_AES_256_CTR_IV16_TAG16_NO_KDF',
    cipher: 'AES-CTR',
    contentAlgorithm: 'AES/GCM/NoPadding',
    formats: [2],
    dataKeyLengths: [16, 24, 32],
    ivLength: 12,
    tagLength: 16,
    committing: false,
    legacy: true,
    maxContentLength: GCM_MAX,
    ranged: 0x0071,
  },
  {
    id: 0x0072,
    name: 'ALG_AES_256_GCM_IV12_TAG16_NO_KDF',
    cipher: 'AES-GCM',
    contentAlgorithm: 'AES/GCM/NoPadding',
    formats: [2],
    dataKeyLengths: [16, 24, 32],
    ivLength: 12,
    tagLength: 16,
    committing: false,
    legacy: false,
    maxContentLength: GCM_MAX,
    ranged: 0x0071,
  },
  {
    id: 0x0073,
    name: 'ALG_AES_256_GCM_HKDF_SHA512_COMMIT_KEY',
    cipher: 'AES-GCM',
    contentAlgorithm: '115',
    formats: [3],
    dataKeyLengths: [32],
    ivLength: 28,
    tagLength: 16,
    committing: true,
    legacy: false,
    maxContentLength: GCM_MAX,
    ranged: 0x0074,
  },
  {
    id: 0x0074,
    name: 'ALG_AES_256_CTR_HKDF_SHA512_COMMIT_KEY',
    cipher: 'AES-CTR',
    contentAlgorithm: '115',
    formats: [3],
    dataKeyLengths: [32],
    ivLength: 28,
    tagLength: 16,
    committing: true,
    legacy: true,
    maxContentLength: GCM_MAX,
    ranged: 0x0074,
  },
]

/** Row of the table by id. */
export function algorithmSuite(id: AlgorithmSuiteId): AlgorithmSuite {
  const suite = algorithmSuites.find((row) => row.id === id)
  if (suite === undefined) throw new RangeError(`No algorithm suite with the id ${String(id)}`)
  return suite
}

/** The suite that an envelope of this format and stored name means, if there is one. */
export function suiteOfContent(
  format: FormatVersion,
  contentAlgorithm: string,
): AlgorithmSuite | undefined {
  return algorithmSuites.find(
    (suite) =>
      suite.cipher !== 'AES-CTR' &&
      suite.contentAlgorithm === contentAlgorithm &&
      suite.formats.includes(format),
  )
}
