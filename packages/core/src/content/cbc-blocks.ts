// SPDX-License-Identifier: Apache-2.0
/**
 * AES-CBC (NIST SP 800-38A, section 6.2) by the piece, on a WebCrypto that pads and unpads every
 * message: the padding that is not wanted is dropped, or put there for WebCrypto to find.
 *
 * @module
 */

import type { Bytes } from '../bytes.ts'
import { subtle } from '../webcrypto.ts'
import type { ContentKey } from './content-key.ts'
import { importContentKey } from './import-key.ts'
import { release } from './release.ts'

const BLOCK = 16 // bytes
const NOTHING = new Uint8Array(0)

/** The key of CBC content as WebCrypto wants it. */
export async function importCbcKey(key: ContentKey): Promise<CryptoKey> {
  return importContentKey(key, 'AES-CBC', ['encrypt', 'decrypt'])
}

/**
 * Ciphertext of the end of a message, or of a whole one: the padding of RFC 5652 is added.
 *
 * @param iv - 16 bytes: the IV of the message, or the ciphertext block before this piece.
 */
export async function encryptPadded(key: CryptoKey, iv: Bytes, plaintext: Bytes): Promise<Bytes> {
  return new Uint8Array(await subtle().encrypt({ name: 'AES-CBC', iv }, key, plaintext))
}

/**
 * Ciphertext of whole blocks within a message, without padding.
 *
 * @param iv - 16 bytes: the IV of the message, or the ciphertext block before this piece.
 */
export async function encryptBlocks(key: CryptoKey, iv: Bytes, plaintext: Bytes): Promise<Bytes> {
  return (await encryptPadded(key, iv, plaintext)).subarray(0, -BLOCK)
}

/**
 * Plaintext of whole blocks, wherever they stand in a message; padding, if they hold any, is left.
 *
 * @param iv - 16 bytes: the IV of the message, or the ciphertext block before this piece.
 * @param ciphertext - whole blocks; read before the function returns.
 */
export async function decryptBlocks(key: CryptoKey, iv: Bytes, ciphertext: Bytes): Promise<Bytes> {
  const { length } = ciphertext
  if (length === 0) return new Uint8Array(0)
  const padded = new Uint8Array(length + BLOCK)
  padded.set(ciphertext)
  // An empty message chained to the last block encrypts to the one block that decrypts to padding.
  padded.set(await encryptPadded(key, padded.slice(length - BLOCK, length), NOTHING), length)
  const plaintext = await subtle().decrypt({ name: 'AES-CBC', iv }, key, padded)
  release(padded)
  return new Uint8Array(plaintext)
}
