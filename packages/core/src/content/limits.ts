// SPDX-License-Identifier: Apache-2.0
/**
 * How long content may be.
 *
 * @module
 */

import { S3EncryptionError } from '../errors.ts'
import type { AlgorithmSuite } from '../suites.ts'

/**
 * Refuses plaintext that one data key and IV may not encrypt (NIST SP 800-38D, 5.2.1.1).
 *
 * @param length - bytes of plaintext.
 * @throws `S3EncryptionError` with `ERR_CONTENT_TOO_LONG`.
 */
export function checkContentLength(suite: AlgorithmSuite, length: number): void {
  if (length > suite.maxContentLength) {
    throw new S3EncryptionError(
      'ERR_CONTENT_TOO_LONG',
      `The content is longer than the ${suite.maxContentLength} bytes that ${suite.cipher} can encrypt under one key.`,
    )
  }
}
