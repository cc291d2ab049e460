// SPDX-License-Identifier: Apache-2.0
/**
 * Options that are on or off.
 *
 * @module
 */

import { S3EncryptionError } from '@s3-cse/core'

/**
 * Refuses a switch that is neither on nor off. A string such as `'false'`, which is how environment
 * variables say it, would be taken for on.
 *
 * @throws `S3EncryptionError` with `ERR_CONFIGURATION`.
 */
export function checkSwitches<T extends object>(
  options: T,
  names: readonly (keyof T & string)[],
): void {
  for (const name of names) {
    const value = options[name]
    if (value !== undefined && typeof value !== 'boolean') {
      throw new S3EncryptionError('ERR_CONFIGURATION', `${name} must be true or false.`)
    }
  }
}
