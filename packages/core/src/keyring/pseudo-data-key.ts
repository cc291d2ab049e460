// SPDX-License-Identifier: Apache-2.0
/**
 * What RSA-OAEP-SHA1 wraps: the data key between its length and the name of the content algorithm,
 * which RSA has no other way to bind.
 * Specification: awslabs/aws-encryption-sdk-specification, s3-encryption/materials/s3-rsa-keyring.md.
 *
 * @module
 */

import { concat, equalConstantTime, type Bytes } from '../bytes.ts'
import type { AlgorithmSuite } from '../suites.ts'
import { boundContentAlgorithm } from './raw-materials.ts'

/** `length || dataKey || name of the content algorithm`. */
export function writePseudoDataKey(dataKey: Bytes, suite: AlgorithmSuite): Bytes {
  return concat(Uint8Array.of(dataKey.length), dataKey, boundContentAlgorithm(suite))
}

/**
 * The data key inside.
 *
 * @returns `undefined` if it has no length that the suite allows, or if anything but the expected
 * name follows. The time depends on the length of `pseudoDataKey` alone.
 */
export function readPseudoDataKey(pseudoDataKey: Bytes, suite: AlgorithmSuite): Bytes | undefined {
  const name = boundContentAlgorithm(suite)
  const length = pseudoDataKey.length - 1 - name.length
  if (!suite.dataKeyLengths.includes(length)) return undefined
  const dataKey = pseudoDataKey.slice(1, 1 + length)
  return equalConstantTime(pseudoDataKey, writePseudoDataKey(dataKey, suite)) ? dataKey : undefined
}
