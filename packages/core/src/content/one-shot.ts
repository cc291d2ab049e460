// SPDX-License-Identifier: Apache-2.0
/**
 * Content that lies in memory, encrypted and decrypted by one native call.
 *
 * @module
 */

import type { Bytes } from '../bytes.ts'
import { decryptionFailed } from '../errors.ts'
import { subtle } from '../webcrypto.ts'
import { decryptBlocks, encryptPadded, importCbcKey } from './cbc-blocks.ts'
import type { ContentKey } from './content-key.ts'
import { importContentKey } from './import-key.ts'
import { checkContentLength } from './limits.ts'
import { paddedLength, unpad } from './pkcs5.ts'

/** AES-GCM with the IV, the AAD and the tag length (in bits) of the content. */
function gcmParams({ iv, aad, suite }: ContentKey): AesGcmParams {
  return { name: 'AES-GCM', iv, additionalData: aad, tagLength: suite.tagLength * 8 }
}

function rangedOnly({ suite }: ContentKey): RangeError {
  return new RangeError(`key: ${suite.name} reads ranges of content, never all of it`)
}

/** Bytes that `length` bytes of plaintext take once encrypted, tag or padding included. */
export function ciphertextLength({ suite }: ContentKey, length: number): number {
  return suite.cipher === 'AES-CBC' ? paddedLength(length) : length + suite.tagLength
}

/**
 * Encrypts all of the content.
 *
 * @returns ciphertext, followed by the tag (GCM); padded ciphertext (CBC, RFC 5652, 6.3).
 * @throws `S3EncryptionError` with `ERR_CONTENT_TOO_LONG`; `RangeError` for a suite that reads ranges.
 */
export async function encryptBytes(key: ContentKey, plaintext: Bytes): Promise<Bytes> {
  checkContentLength(key.suite, plaintext.length)
  switch (key.suite.cipher) {
    case 'AES-GCM': {
      const gcm = await importContentKey(key, 'AES-GCM', ['encrypt'])
      return new Uint8Array(await subtle().encrypt(gcmParams(key), gcm, plaintext))
    }
    case 'AES-CBC':
      return encryptPadded(await importCbcKey(key), key.iv, plaintext)
    case 'AES-CTR':
      throw rangedOnly(key)
  }
}

/**
 * Decrypts all of the content; GCM authenticates it first.
 *
 * @param ciphertext - as {@link encryptBytes} returns it.
 * @throws `S3EncryptionSecurityError` with `ERR_DECRYPTION_FAILED`, the same for a wrong tag, wrong
 * padding, and a length that no content can have; `RangeError` for a suite that reads ranges.
 */
export async function decryptBytes(key: ContentKey, ciphertext: Bytes): Promise<Bytes> {
  switch (key.suite.cipher) {
    case 'AES-GCM': {
      const gcm = await importContentKey(key, 'AES-GCM', ['decrypt'])
      try {
        return new Uint8Array(await subtle().decrypt(gcmParams(key), gcm, ciphertext))
      } catch {
        throw decryptionFailed()
      }
    }
    case 'AES-CBC': {
      const cbc = await importCbcKey(key)
      if (ciphertext.length === 0 || ciphertext.length % 16 !== 0) throw decryptionFailed()
      return unpad(await decryptBlocks(cbc, key.iv, ciphertext))
    }
    case 'AES-CTR':
      throw rangedOnly(key)
  }
}
