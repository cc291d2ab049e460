// SPDX-License-Identifier: Apache-2.0
/**
 * What is said about keys that do not fit. Never any part of a key.
 *
 * @module
 */

import { S3EncryptionError } from '../errors.ts'

/** A key, or an option about keys, that cannot be used as it was given. */
export function unfitKey(message: string): S3EncryptionError {
  return new S3EncryptionError('ERR_CONFIGURATION', message)
}

/**
 * The platform refused to import a key. Its own error is dropped, name apart: what platforms put into
 * the messages of errors about JWK members is theirs to decide.
 */
export function importRefused(label: string, algorithm: string, cause: unknown): S3EncryptionError {
  const name = (cause as { name?: unknown } | null | undefined)?.name
  return unfitKey(
    `${label}: WebCrypto refused the key for ${algorithm} (${typeof name === 'string' ? name : 'error'}).`,
  )
}
