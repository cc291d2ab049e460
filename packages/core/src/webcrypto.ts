// SPDX-License-Identifier: Apache-2.0
/**
 * The platform's WebCrypto, or a clear word about why it is not there.
 *
 * @module
 */

import { S3EncryptionError } from './errors.ts'

/**
 * `crypto.subtle` of this realm.
 *
 * @throws `S3EncryptionError` with `ERR_WEBCRYPTO_MISSING` where browsers withhold it: pages that
 * were not loaded over HTTPS or from localhost.
 */
export function subtle(): SubtleCrypto {
  const found = (globalThis as { crypto?: { subtle?: SubtleCrypto } }).crypto?.subtle
  if (found === undefined) {
    throw new S3EncryptionError(
      'ERR_WEBCRYPTO_MISSING',
      'crypto.subtle is not available here. Browsers offer it in secure contexts only: serve the page over HTTPS or from localhost.',
    )
  }
  return found
}
