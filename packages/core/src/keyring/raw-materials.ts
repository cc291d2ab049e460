// SPDX-License-Identifier: Apache-2.0
/**
 * What keyrings of raw keys, AES and RSA, have in common about the materials of an object.
 * Specification: awslabs/aws-encryption-sdk-specification, s3-encryption/materials/s3-keyring.md.
 *
 * @module
 */

import { asBytes, randomBytes, utf8, type Bytes } from '../bytes.ts'
import { S3EncryptionError } from '../errors.ts'
import { isStringMap, type StringMap } from '../string-map.ts'
import { algorithmSuite, type AlgorithmSuite } from '../suites.ts'
import type { EncryptionMaterials } from './keyring.ts'

/**
 * Name of the content algorithm that wrapping binds to the data key. Without key commitment it is
 * that of AES-GCM, also for AES-CBC content whose key was wrapped anew: all clients agree on that.
 */
export function boundContentAlgorithm(suite: AlgorithmSuite): Bytes {
  return utf8((suite.committing ? suite : algorithmSuite(0x0072)).contentAlgorithm)
}

/**
 * The data key to wrap: the given one, or a new one.
 *
 * @throws `S3EncryptionError` with `ERR_DATA_KEY_INVALID` if the given one is too short or too long.
 */
export function dataKeyToWrap({ suite, dataKey }: EncryptionMaterials): Bytes {
  if (dataKey === undefined) return randomBytes(suite.dataKeyLengths.at(-1) ?? 32)
  if (!suite.dataKeyLengths.includes(dataKey.length)) {
    throw new S3EncryptionError(
      'ERR_DATA_KEY_INVALID',
      `The data key has ${dataKey.length} bytes; expected ${suite.dataKeyLengths.join(' or ')}.`,
    )
  }
  return asBytes(dataKey)
}

/**
 * Refuses an encryption context, which raw keys cannot authenticate: to take it would look like a
 * check that is not made.
 *
 * @throws `S3EncryptionError` with `ERR_CONFIGURATION`.
 */
export function refuseEncryptionContext({
  encryptionContext,
}: {
  readonly encryptionContext: StringMap
}): void {
  if (Object.keys(encryptionContext).length > 0) {
    throw new S3EncryptionError(
      'ERR_CONFIGURATION',
      'Raw AES and RSA keyrings have no encryption context, only AWS KMS authenticates one. Leave encryptionContext out; to say which key an object needs, give the keyring a materialDescription.',
    )
  }
}

/**
 * A copy of a material description, which later changes of the caller's do not reach.
 *
 * @throws `S3EncryptionError` with `ERR_CONFIGURATION` if it is not a map from strings to strings.
 */
export function copyDescription(description: StringMap): StringMap {
  if (!isStringMap(description)) {
    throw new S3EncryptionError(
      'ERR_CONFIGURATION',
      'materialDescription: expected an object from strings to strings.',
    )
  }
  return Object.freeze({ ...description })
}
