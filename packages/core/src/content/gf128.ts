// SPDX-License-Identifier: Apache-2.0
/**
 * Arithmetic in GF(2^128), the field of GCM (NIST SP 800-38D, section 6.3): polynomials over GF(2)
 * modulo x^128 + x^7 + x^2 + x + 1.
 *
 * The elements are secret, so no branch and no memory address depends on them. Numbers stay within
 * 32 bits, which engines keep in registers; BigInt would be slower by two orders of magnitude.
 *
 * @module
 */

import type { Bytes } from '../bytes.ts'

const WORDS = 4

/**
 * An element of the field, never changed once made: bit k of word i is the coefficient of x^(32i+k).
 *
 * A typed array, because engines box the larger integers of an ordinary one.
 */
export type FieldElement = Uint32Array<ArrayBuffer>

/** Neutral element of {@link add}. */
export const ZERO: FieldElement = new Uint32Array(WORDS)

/** Neutral element of {@link multiply}. */
export const ONE: FieldElement = new Uint32Array([1, 0, 0, 0])

/** Bits of a word in the opposite order. */
function reverse(word: number): number {
  let w = word
  w = ((w >>> 1) & 0x55555555) | ((w & 0x55555555) << 1)
  w = ((w >>> 2) & 0x33333333) | ((w & 0x33333333) << 2)
  w = ((w >>> 4) & 0x0f0f0f0f) | ((w & 0x0f0f0f0f) << 4)
  w = ((w >>> 8) & 0x00ff00ff) | ((w & 0x00ff00ff) << 8)
  return (w >>> 16) | (w << 16)
}

/** Element of a block of 16 bytes, whose first bit, the highest of byte 0, belongs to x^0. */
export function fromBlock(block: Uint8Array): FieldElement {
  const words = new DataView(block.buffer, block.byteOffset, 4 * WORDS)
  const element = new Uint32Array(WORDS)
  for (let i = 0; i < WORDS; i++) element[i] = reverse(words.getUint32(4 * i))
  return element
}

/** Block of an element, 16 bytes. */
export function toBlock(element: FieldElement): Bytes {
  const block = new Uint8Array(4 * WORDS)
  const words = new DataView(block.buffer)
  for (let i = 0; i < WORDS; i++) words.setUint32(4 * i, reverse(element[i] as number))
  return block
}

/** The sum, which is the difference too. */
export function add(a: FieldElement, b: FieldElement): FieldElement {
  const sum = new Uint32Array(WORDS)
  for (let i = 0; i < WORDS; i++) sum[i] = (a[i] as number) ^ (b[i] as number)
  return sum
}

/**
 * Low 32 bits of the product of two polynomials of 32 bits.
 *
 * Each operand is split into four integers whose bits stand four apart. At most eight terms meet in
 * one bit of their integer product, so that its carries end before the next bit that counts.
 */
function multiplyLow(a: number, b: number): number {
  const a0 = a & 0x11111111
  const a1 = a & 0x22222222
  const a2 = a & 0x44444444
  const a3 = a & 0x88888888
  const b0 = b & 0x11111111
  const b1 = b & 0x22222222
  const b2 = b & 0x44444444
  const b3 = b & 0x88888888
  const { imul } = Math
  const c0 = imul(a0, b0) ^ imul(a1, b3) ^ imul(a2, b2) ^ imul(a3, b1)
  const c1 = imul(a0, b1) ^ imul(a1, b0) ^ imul(a2, b3) ^ imul(a3, b2)
  const c2 = imul(a0, b2) ^ imul(a1, b1) ^ imul(a2, b0) ^ imul(a3, b3)
  const c3 = imul(a0, b3) ^ imul(a1, b2) ^ imul(a2, b1) ^ imul(a3, b0)
  return (c0 & 0x11111111) | (c1 & 0x22222222) | (c2 & 0x44444444) | (c3 & 0x88888888)
}

/**
 * Adds up the low halves of the products of words: column k holds those of words i and k - i.
 * Karatsuba's method, in two levels, needs 9 products for the 16.
 */
function lowHalves(a: FieldElement, b: FieldElement): Uint32Array<ArrayBuffer> {
  const [a0, a1, a2, a3] = a as unknown as [number, number, number, number]
  const [b0, b1, b2, b3] = b as unknown as [number, number, number, number]
  const p00 = multiplyLow(a0, b0)
  const p11 = multiplyLow(a1, b1)
  const p22 = multiplyLow(a2, b2)
  const p33 = multiplyLow(a3, b3)
  const p01 = multiplyLow(a0 ^ a1, b0 ^ b1) ^ p00 ^ p11
  const p23 = multiplyLow(a2 ^ a3, b2 ^ b3) ^ p22 ^ p33
  const q0 = multiplyLow(a0 ^ a2, b0 ^ b2)
  const q1 = multiplyLow(a1 ^ a3, b1 ^ b3)
  const q01 = multiplyLow(a0 ^ a1 ^ a2 ^ a3, b0 ^ b1 ^ b2 ^ b3) ^ q0 ^ q1
  const columns = new Uint32Array(2 * WORDS)
  columns[0] = p00
  columns[1] = p01
  columns[2] = q0 ^ p00 ^ p11 ^ p22
  columns[3] = q01 ^ p01 ^ p23
  columns[4] = q1 ^ p11 ^ p22 ^ p33
  columns[5] = p23
  columns[6] = p33
  return columns
}

/** Bits of every word in the opposite order. */
function reverseWords(a: FieldElement): FieldElement {
  const reversed = new Uint32Array(WORDS)
  for (let i = 0; i < WORDS; i++) reversed[i] = reverse(a[i] as number)
  return reversed
}

/** Remainder of a polynomial of eight words, which is overwritten. */
function reduce(words: Uint32Array<ArrayBuffer>): FieldElement {
  for (let i = 2 * WORDS - 1; i >= WORDS; i--) {
    const high = words[i] as number // times x^128, which equals x^7 + x^2 + x + 1
    ;(words[i - 4] as number) ^= high ^ (high << 1) ^ (high << 2) ^ (high << 7)
    ;(words[i - 3] as number) ^= (high >>> 31) ^ (high >>> 30) ^ (high >>> 25)
  }
  return words.slice(0, WORDS)
}

/** The product. */
export function multiply(a: FieldElement, b: FieldElement): FieldElement {
  const words = lowHalves(a, b)
  // The bits of a product of 32 by 32 bits, 63 in number, are reversed when those of its factors
  // are. So the low halves of the reversed words are the high halves, from bit 31 up.
  const high = lowHalves(reverseWords(a), reverseWords(b))
  for (let i = 1; i < 2 * WORDS; i++) {
    ;(words[i] as number) ^= reverse(high[i - 1] as number) >>> 1
  }
  return reduce(words)
}

/** Puts a zero after each of 16 bits: the square of a polynomial. */
function spread(half: number): number {
  let w = half
  w = (w | (w << 8)) & 0x00ff00ff
  w = (w | (w << 4)) & 0x0f0f0f0f
  w = (w | (w << 2)) & 0x33333333
  w = (w | (w << 1)) & 0x55555555
  return w
}

/** a · a, at a tenth of the price of a product. */
export function square(a: FieldElement): FieldElement {
  const words = new Uint32Array(2 * WORDS)
  for (let i = 0; i < WORDS; i++) {
    const word = a[i] as number
    words[2 * i] = spread(word & 0xffff)
    words[2 * i + 1] = spread(word >>> 16)
  }
  return reduce(words)
}

/**
 * a to the power of n.
 *
 * @param n - a safe integer of 0 or more. It is public: the time depends on it.
 */
export function power(a: FieldElement, n: number): FieldElement {
  let result = ONE
  let squared = a
  for (let rest = n; rest > 0; rest = Math.floor(rest / 2)) {
    if (rest % 2 === 1) result = multiply(result, squared)
    squared = square(squared)
  }
  return result
}

/**
 * The element whose product with `a` is 1; zero for zero.
 *
 * By Fermat, a^(2^128 - 2), in 13 products and 127 squares (Itoh and Tsujii, 1988).
 */
export function inverse(a: FieldElement): FieldElement {
  let result = a // a^(2^n - 1), for n = 1, 3, 7, 15, 31, 63, 127
  for (let n = 1; n < 127; n = 2 * n + 1) {
    let shifted = result
    for (let i = 0; i < n; i++) shifted = square(shifted)
    result = multiply(square(multiply(shifted, result)), a)
  }
  return square(result)
}
