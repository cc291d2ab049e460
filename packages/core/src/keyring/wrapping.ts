// SPDX-License-Identifier: Apache-2.0
/**
 * The ways in which a data key is wrapped: one row each.
 * Specification: awslabs/aws-encryption-sdk-specification, s3-encryption/data-format/content-metadata.md.
 *
 * @module
 */

import { S3EncryptionError } from '../errors.ts'
import type { AlgorithmSuite } from '../suites.ts'

/** Names of the wrapping algorithms, as `x-amz-wrap-alg` stores them. */
export type WrappingAlgorithmName =
  | 'kms+context'
  | 'AES/GCM'
  | 'RSA-OAEP-SHA1'
  | 'kms'
  | 'AESWrap'
  | 'RSA/ECB/OAEPWithSHA-256AndMGF1Padding'
  | 'AES'
  | 'RSA'

/** One row of the table. */
export interface WrappingAlgorithm {
  /** As the specification names it. */
  readonly name: WrappingAlgorithmName
  /** `x-amz-w` of format V3; legacy algorithms have none. */
  readonly code: '02' | '12' | '22' | undefined
  /** Whether writers name it in `x-amz-wrap-alg`; the oldest two went without, in format V1. */
  readonly named: boolean
  /** Whether the stored map is an encryption context, which AWS KMS authenticates. */
  readonly kms: boolean
  /** Whether it is read only when the keyring enables legacy wrapping algorithms. */
  readonly legacy: boolean
}

/** Every row. */
export const wrappingAlgorithms: readonly WrappingAlgorithm[] = [
  { name: 'kms+context', code: '12', named: true, kms: true, legacy: false },
  { name: 'AES/GCM', code: '02', named: true, kms: false, legacy: false },
  { name: 'RSA-OAEP-SHA1', code: '22', named: true, kms: false, legacy: false },
  { name: 'kms', code: undefined, named: true, kms: true, legacy: true },
  { name: 'AESWrap', code: undefined, named: true, kms: false, legacy: true },
  {
    name: 'RSA/ECB/OAEPWithSHA-256AndMGF1Padding',
    code: undefined,
    named: true,
    kms: false,
    legacy: true,
  },
  { name: 'AES', code: undefined, named: false, kms: false, legacy: true },
  { name: 'RSA', code: undefined, named: false, kms: false, legacy: true },
]

/** Row by the name that format V2 stores. */
export function wrappingAlgorithmByName(name: string): WrappingAlgorithm | undefined {
  return wrappingAlgorithms.find((row) => row.name === name)
}

/** Row by the code that format V3 stores. */
export function wrappingAlgorithmByCode(code: string): WrappingAlgorithm | undefined {
  return wrappingAlgorithms.find((row) => row.code === code)
}

/**
 * First thing every keyring does with an object: refuse an algorithm that it does not know, and a
 * legacy one unless enabled. Before any key operation, so that the refusal tells nothing about keys.
 *
 * @throws `S3EncryptionError` with `ERR_WRAPPING_ALGORITHM_UNSUPPORTED` or
 * `ERR_LEGACY_WRAPPING_DISABLED`.
 */
export function checkWrapping(
  algorithm: WrappingAlgorithm,
  supported: readonly WrappingAlgorithmName[],
  enableLegacyWrappingAlgorithms: boolean | undefined,
): void {
  if (!supported.includes(algorithm.name)) {
    throw new S3EncryptionError(
      'ERR_WRAPPING_ALGORITHM_UNSUPPORTED',
      `The data key of the object is wrapped with ${algorithm.name}, which this keyring does not support. It supports ${supported.join(', ')}.`,
    )
  }
  if (algorithm.legacy && enableLegacyWrappingAlgorithms !== true) {
    throw new S3EncryptionError(
      'ERR_LEGACY_WRAPPING_DISABLED',
      `The data key of the object is wrapped with ${algorithm.name}, a legacy algorithm. To read it, set enableLegacyWrappingAlgorithms on the keyring.`,
    )
  }
}

/**
 * Refuses to write what the format of the suite cannot say.
 *
 * @throws `S3EncryptionError` with `ERR_CONFIGURATION`.
 */
export function checkWritable(suite: AlgorithmSuite, algorithm: WrappingAlgorithmName): void {
  if (suite.committing && wrappingAlgorithmByName(algorithm)?.code === undefined) {
    throw new S3EncryptionError(
      'ERR_CONFIGURATION',
      `The legacy wrapping algorithm ${algorithm} cannot be written together with key commitment. Set commitmentPolicy to FORBID_ENCRYPT_ALLOW_DECRYPT, or use the current algorithm of the keyring.`,
    )
  }
}
