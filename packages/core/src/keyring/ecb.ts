// SPDX-License-Identifier: Apache-2.0
/**
 * AES-ECB (NIST SP 800-38A, section 6.1) on a WebCrypto that has CBC only: the chaining is undone.
 *
 * @module
 */

import { concat, type Bytes } from '../bytes.ts'
import * as cbc from '../content/cbc-blocks.ts'

const BLOCK = 16 // bytes
const ZERO_IV = new Uint8Array(BLOCK)

/**
 * Ciphertext of a message, with the padding of RFC 5652 added. Each block is a message of its own to
 * CBC, with an IV of zeros that changes nothing.
 */
export async function encryptBlocks(key: CryptoKey, message: Bytes): Promise<Bytes> {
  const whole = message.length - (message.length % BLOCK)
  const blocks = Array.from({ length: whole / BLOCK }, (_, i) =>
    cbc.encryptBlocks(key, ZERO_IV, message.subarray(i * BLOCK, (i + 1) * BLOCK)),
  )
  const last = cbc.encryptPadded(key, ZERO_IV, message.subarray(whole))
  return concat(...(await Promise.all([...blocks, last])))
}

/**
 * Plaintext of whole blocks, with the padding.
 *
 * CBC adds to each block the ciphertext of the one before; adding it again takes it away.
 */
export async function decryptBlocks(key: CryptoKey, ciphertext: Bytes): Promise<Bytes> {
  const blocks = (await cbc.decryptBlocks(key, ZERO_IV, ciphertext)).slice()
  for (let i = BLOCK; i < blocks.length; i++) {
    blocks[i] = (blocks[i] as number) ^ (ciphertext[i - BLOCK] as number)
  }
  return blocks
}
