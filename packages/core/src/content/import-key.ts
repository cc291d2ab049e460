// SPDX-License-Identifier: Apache-2.0
/**
 * The key of one object's content as WebCrypto wants it.
 *
 * @module
 */

import { S3EncryptionError } from '../errors.ts'
import { subtle } from '../webcrypto.ts'
import type { ContentKey } from './content-key.ts'

/**
 * Imports the key for one cipher.
 *
 * @throws `S3EncryptionError` with `ERR_NOT_SUPPORTED` if the platform does not take AES keys of this
 * length: Chromium has none of 24 bytes.
 */
export async function importContentKey(
  { key }: ContentKey,
  algorithm: 'AES-CBC' | 'AES-CTR' | 'AES-GCM',
  usages: KeyUsage[],
): Promise<CryptoKey> {
  const webcrypto = subtle()
  try {
    return await webcrypto.importKey('raw', key, algorithm, false, usages)
  } catch {
    throw new S3EncryptionError(
      'ERR_NOT_SUPPORTED',
      `WebCrypto of this platform does not take the ${algorithm} key of the content, which has ${key.length} bytes. Chromium has no AES-192: read the object elsewhere.`,
    )
  }
}
