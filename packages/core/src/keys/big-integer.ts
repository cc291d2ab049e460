// SPDX-License-Identifier: Apache-2.0
/**
 * Arithmetic of RSA on BigInt. **Its time depends on its operands**: only for values that are public,
 * or blinded, or random.
 *
 * @module
 */

import { randomBytes, type Bytes } from '../bytes.ts'

/** Number of big-endian bytes. */
export function fromBytes(bytes: Uint8Array): bigint {
  const digits = Array.from(bytes, (byte) => byte.toString(16).padStart(2, '0'))
  return BigInt(`0x0${digits.join('')}`)
}

/**
 * Big-endian bytes of a number, with leading zeros.
 *
 * @param length - bytes, enough for the number.
 */
export function toBytes(number: bigint, length: number): Bytes {
  const digits = number.toString(16).padStart(length * 2, '0')
  return Uint8Array.from({ length }, (_, i) => parseInt(digits.slice(i * 2, i * 2 + 2), 16))
}

/** `base ** exponent mod modulus`, four bits of the exponent at a time. */
export function power(base: bigint, exponent: bigint, modulus: bigint): bigint {
  const powers = [1n]
  for (let i = 1; i < 16; i++) powers.push(((powers[i - 1] as bigint) * base) % modulus)
  let result = 1n
  for (const digit of exponent.toString(16)) {
    for (let i = 0; i < 4; i++) result = (result * result) % modulus
    result = (result * (powers[parseInt(digit, 16)] as bigint)) % modulus
  }
  return result
}

/** Inverse modulo `modulus`, or `undefined` if there is none: the extended Euclidean algorithm. */
export function inverse(number: bigint, modulus: bigint): bigint | undefined {
  let [a, b] = [number % modulus, modulus]
  let [x, y] = [1n, 0n]
  while (b !== 0n) {
    const quotient = a / b
    ;[a, b] = [b, a - quotient * b]
    ;[x, y] = [y, x - quotient * y]
  }
  return a === 1n ? modulo(x, modulus) : undefined
}

/** The remainder that is not negative. */
export function modulo(number: bigint, modulus: bigint): bigint {
  const remainder = number % modulus
  return remainder < 0n ? remainder + modulus : remainder
}

// With this many bits more than the modulus, the remainder is as good as uniform.
const MARGIN = 16 // bytes

/**
 * A random number below `limit`.
 *
 * @param length - bytes of `limit`.
 */
export function randomBelow(limit: bigint, length: number): bigint {
  return fromBytes(randomBytes(length + MARGIN)) % limit
}
