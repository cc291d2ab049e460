// SPDX-License-Identifier: Apache-2.0
/**
 * AES-CBC (NIST SP 800-38A, section 6.2) by the piece, on a WebCrypto that pads and unpads every
 * message: the padding that is not wanted is dropped, or put there for WebCrypto to find.
 *
 * @module
 */

import { concat, type Bytes } from '../bytes.ts'
import { subtle } from '../webcrypto.ts'
import type { ContentKey } from './content-key.ts'

const BLOCK = 16 // bytes
const NOTHING = new Uint8Array(0)

/** The key of CBC content as WebCrypto wants it. */
export async function importCbcKey({ key }: ContentKey): Promise<CryptoKey> {
  return subtle().importKey('raw', key, 'AES-CBC', false, ['encrypt', 'decrypt'])
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
 * @param ciphertext - whole blocks.
 */
export async function decryptBlocks(key: CryptoKey, iv: Bytes, ciphertext: Bytes): Promise<Bytes> {
  if (ciphertext.length === 0) return NOTHING
  // An empty message chained to the last block encrypts to the one block that decrypts to padding.
  const padding = await encryptPadded(key, ciphertext.subarray(-BLOCK), NOTHING)
  return new Uint8Array(
    await subtle().decrypt({ name: 'AES-CBC', iv }, key, concat(ciphertext, padding)),
  )
}
