// SPDX-License-Identifier: Apache-2.0
/**
 * The tags that make ciphertexts out of repeated bytes, by OpenSSL.
 *
 * @module
 */

import { createCipheriv, createDecipheriv } from 'node:crypto'
import { IV, KEY, pieces } from './test-object.ts'

/** Tag of the ciphertext that consists of the pieces of `length` bytes, in hexadecimal. */
export function tagOf(length: number): string {
  const decipher = createDecipheriv('aes-256-gcm', KEY, IV)
  const cipher = createCipheriv('aes-256-gcm', KEY, IV)
  for (const piece of pieces(length)) cipher.update(decipher.update(piece))
  cipher.final()
  return cipher.getAuthTag().toString('hex')
}
