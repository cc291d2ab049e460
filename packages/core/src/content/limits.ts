// SPDX-License-Identifier: Apache-2.0
/**
 * How long content may be.
 *
 * @module
 */

import { S3EncryptionError } from '../errors.ts'
import type { AlgorithmSuite } from '../suites.ts'

/** The error for content that is longer than its suite allows. */
export function contentTooLong({ cipher, maxContentLength }: AlgorithmSuite): S3EncryptionError {
  return new S3EncryptionError(
    'ERR_CONTENT_TOO_LONG',
    `The content is longer than the ${maxContentLength} bytes that ${cipher} encrypts under one key.`,
  )
}

/**
 * Refuses more plaintext than one data key and IV may encrypt (NIST SP 800-38D, section 5.2.1.1).
 *
 * @param length - bytes of plaintext.
 * @throws `S3EncryptionError` with `ERR_CONTENT_TOO_LONG`.
 */
export function checkContentLength(suite: AlgorithmSuite, length: number): void {
  if (length > suite.maxContentLength) throw contentTooLong(suite)
}
