// SPDX-License-Identifier: Apache-2.0
/**
 * How wrapping and unwrapping fail. One error for one operation, without detail and without cause:
 * what exactly was wrong with a wrapped key is of use to those only who forge them.
 *
 * @module
 */

import { S3EncryptionError } from '../errors.ts'
import { subtle } from '../webcrypto.ts'
import type { WrappingAlgorithmName } from './wrapping.ts'

/** The data key did not come out. */
export function unwrapFailed(algorithm: WrappingAlgorithmName): S3EncryptionError {
  return new S3EncryptionError(
    'ERR_UNWRAP_FAILED',
    `Unable to ${algorithm} unwrap the data key: it was wrapped with another key, or the envelope was altered.`,
  )
}

/** The data key did not go in. */
export function wrapFailed(algorithm: WrappingAlgorithmName): S3EncryptionError {
  return new S3EncryptionError(
    'ERR_WRAP_FAILED',
    `Unable to ${algorithm} wrap the data key: the platform refused the operation with this wrapping key.`,
  )
}

/** What `operation` resolves to; whatever goes wrong in it is the one `failure`. */
export async function orFail<T>(
  operation: Promise<T>,
  failure: (algorithm: WrappingAlgorithmName) => S3EncryptionError,
  algorithm: WrappingAlgorithmName,
): Promise<T> {
  try {
    return await operation
  } catch {
    // Where the platform withholds WebCrypto, the key is not to blame: this throws what is.
    subtle()
    throw failure(algorithm)
  }
}
