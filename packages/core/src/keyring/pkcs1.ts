// SPDX-License-Identifier: Apache-2.0
/**
 * The padding PKCS#1 v1.5 of RSA encryption: RFC 8017, section 7.2.
 *
 * Whoever learns whether the padding of a ciphertext was right can decrypt others (D. Bleichenbacher,
 * CRYPTO 1998). So wrong padding is no error here: the answer is then another key, as
 * draft-irtf-cfrg-rsa-guidance describes ("implicit rejection"), and the content does not decrypt.
 *
 * @module
 */

import { concat, randomBytes, utf8, type Bytes } from '../bytes.ts'
import { subtle } from '../webcrypto.ts'
import { copyMessage, findMessage, isZeroByte, select, type Mask } from './padded-message.ts'

const START = Uint8Array.of(0x00, 0x02)
const SEPARATOR = Uint8Array.of(0x00)
const SHORTEST_PADDING = 8 // bytes
const SYNTHETIC_LENGTH = 32 // bytes

/**
 * A message with its padding, as long as the modulus.
 *
 * @throws `RangeError` if the modulus is too short for the message.
 */
export function padPkcs1(message: Bytes, length: number): Bytes {
  const paddingLength = length - START.length - SEPARATOR.length - message.length
  if (paddingLength < SHORTEST_PADDING) {
    throw new RangeError(`The modulus has ${length} bytes: too short for the message`)
  }
  return concat(START, randomNonZero(paddingLength), SEPARATOR, message)
}

/** Random bytes, drawn again where they are zero. */
function randomNonZero(length: number): Bytes {
  const bytes = randomBytes(length)
  for (let zero = bytes.indexOf(0); zero !== -1; zero = bytes.indexOf(0, zero)) {
    bytes.set(randomBytes(1), zero)
  }
  return bytes
}

const NOT_ZERO = { separator: 0, isPadding: (byte: number): Mask => ~isZeroByte(byte) }

/**
 * The data key in a block that raw RSA gave, or the synthetic one if there is none, in constant time.
 *
 * @param block - as long as the modulus.
 * @param synthetic - 32 bytes.
 * @param lengths - of data keys.
 */
export function unpadPkcs1(block: Bytes, synthetic: Bytes, lengths: readonly number[]): Bytes {
  const start = START.length + SHORTEST_PADDING
  // The first padding bytes are checked like the others, but no separator may stand among them.
  let valid: Mask = isZeroByte((block[0] as number) | ((block[1] as number) ^ 0x02))
  for (let i = START.length; i < start; i++) valid &= NOT_ZERO.isPadding(block[i] as number)
  const found = findMessage(block, { ...NOT_ZERO, start }, lengths)
  valid &= found.valid
  const message = synthetic.slice()
  copyMessage(message, block, valid)
  return message.slice(-select(valid, found.length, SYNTHETIC_LENGTH))
}

const LABEL = utf8('PKCS#1 v1.5 implicit rejection')

/**
 * The key that a ciphertext with wrong padding unwraps to: secret, but the same each time. If it were
 * drawn anew, asking twice would tell it from a real one.
 *
 * @param privateKey - PKCS#8 DER.
 */
export async function syntheticDataKey(privateKey: Bytes, ciphertext: Bytes): Promise<Bytes> {
  const webcrypto = subtle()
  const hmac = { name: 'HMAC', hash: 'SHA-256' }
  const key = await webcrypto.importKey('raw', privateKey, hmac, false, ['sign'])
  return new Uint8Array(await webcrypto.sign('HMAC', key, concat(LABEL, ciphertext)))
}
