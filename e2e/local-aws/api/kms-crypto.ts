// SPDX-License-Identifier: Apache-2.0
/**
 * Ciphertexts of the emulated KMS: AES-256-GCM under key material that never leaves it, bound to the
 * encryption context, with the name of the key in front.
 *
 * @module
 */

import { createCipheriv, createDecipheriv, randomBytes } from 'node:crypto'
import { apiError } from './errors.ts'

const CIPHER = 'aes-256-gcm'
const VERSION = 1
const IV = 12 // bytes
const TAG = 16 // bytes

export type EncryptionContext = Readonly<Record<string, string>>

/** Which key made a ciphertext, and where. */
export interface KeyName {
  readonly region: string
  readonly keyId: string
}

export function seal(
  { region, keyId }: KeyName,
  material: Buffer,
  plaintext: Buffer,
  context: EncryptionContext,
): Buffer {
  const name = Buffer.from(`${region}/${keyId}`)
  const header = Buffer.concat([Buffer.from([VERSION, name.length]), name])
  const iv = randomBytes(IV)
  const cipher = createCipheriv(CIPHER, material, iv)
  cipher.setAAD(additionalData(header, context))
  const content = Buffer.concat([cipher.update(plaintext), cipher.final()])
  return Buffer.concat([header, iv, content, cipher.getAuthTag()])
}

/** @throws `InvalidCiphertextException` if it is none of this KMS. */
export function keyNameOf(ciphertext: Buffer): KeyName {
  const [region = '', keyId = ''] = headerOf(ciphertext).toString('utf8', 2).split('/')
  return { region, keyId }
}

/** @throws `InvalidCiphertextException` if the ciphertext or the context is another one. */
export function unseal(material: Buffer, ciphertext: Buffer, context: EncryptionContext): Buffer {
  const header = headerOf(ciphertext)
  const body = ciphertext.subarray(header.length)
  const decipher = createDecipheriv(CIPHER, material, body.subarray(0, IV))
  decipher.setAAD(additionalData(header, context))
  decipher.setAuthTag(body.subarray(-TAG))
  try {
    return Buffer.concat([decipher.update(body.subarray(IV, -TAG)), decipher.final()])
  } catch {
    throw apiError('InvalidCiphertextException')
  }
}

function headerOf(ciphertext: Buffer): Buffer {
  const [version, length = 0] = ciphertext
  if (version !== VERSION || ciphertext.length < 2 + length + IV + TAG) {
    throw apiError('InvalidCiphertextException')
  }
  return ciphertext.subarray(0, 2 + length)
}

/** JSON of the sorted pairs: its quotes leave no doubt where a name or a value ends. */
function additionalData(header: Buffer, context: EncryptionContext): Buffer {
  const pairs = Object.entries(context).sort(([a], [b]) => (a < b ? -1 : 1))
  return Buffer.concat([header, Buffer.from(JSON.stringify(pairs))])
}
