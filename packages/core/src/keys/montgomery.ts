// SPDX-License-Identifier: Apache-2.0
/**
 * One modular product whose time does not depend on its value: Montgomery multiplication on limbs of
 * fixed number and size (Koç, Acar, Kaliski: Analyzing and Comparing Montgomery Multiplication
 * Algorithms, 1996: CIOS).
 *
 * It is what removes the blinding of RSA. With BigInt, the length of the product would show in the
 * time of what follows, which is enough to decrypt: https://people.redhat.com/~hkario/marvin/
 *
 * @module
 */

import type { Bytes } from '../bytes.ts'
import { inverse, modulo, toBytes } from './big-integer.ts'

const LIMB = 2 // bytes
const LIMB_BITS = 16
const LIMB_MASK = 0xffff

/**
 * Big-endian bytes of `a * b mod modulus`.
 *
 * `a` and `b` are known to the caller alone or random, and converted in a time that depends on them;
 * the product is not.
 *
 * @param modulus - odd, above both factors.
 * @param length - bytes of the modulus.
 */
export function multiplyBlinded(a: bigint, b: bigint, modulus: bigint, length: number): Bytes {
  const count = Math.ceil(length / LIMB)
  const radix = 1n << BigInt(count * LIMB_BITS)
  const limbs = (number: bigint) => toLimbs(number, count)
  // The multiplication divides by the radix: one factor brings it along.
  const product = montgomery(limbs(a), limbs((b * radix) % modulus), limbs(modulus))
  return fromLimbs(product).slice(-length)
}

/** `a * b / radix mod n`, for limbs of the lowest value first. */
function montgomery(a: Uint16Array, b: Uint16Array, n: Uint16Array): Uint16Array {
  const count = n.length
  const negativeInverse = limbInverse(n)
  // Every sum below is at most 0xffff + 0xffff * 0xffff + 0xffff = 2^32 - 1: exact, and 32 bits.
  const sum = new Uint32Array(count + 2)
  const at = (limbs: Uint16Array | Uint32Array, i: number) => limbs[i] as number
  for (let i = 0; i < count; i++) {
    let carry = 0
    for (let j = 0; j < count; j++) {
      const value = at(sum, j) + at(a, j) * at(b, i) + carry
      sum[j] = value & LIMB_MASK
      carry = value >>> LIMB_BITS
    }
    const top = at(sum, count) + carry
    sum[count] = top & LIMB_MASK
    sum[count + 1] = top >>> LIMB_BITS

    const factor = Math.imul(at(sum, 0), negativeInverse) & LIMB_MASK
    carry = (at(sum, 0) + factor * at(n, 0)) >>> LIMB_BITS
    for (let j = 1; j < count; j++) {
      const value = at(sum, j) + factor * at(n, j) + carry
      sum[j - 1] = value & LIMB_MASK
      carry = value >>> LIMB_BITS
    }
    const rest = at(sum, count) + carry
    sum[count - 1] = rest & LIMB_MASK
    sum[count] = at(sum, count + 1) + (rest >>> LIMB_BITS)
  }
  return subtractOnce(sum.subarray(0, count + 1), n)
}

/** `sum` or `sum - n`, whichever is below `n`; both are computed, a mask selects. */
function subtractOnce(sum: Uint32Array, n: Uint16Array): Uint16Array {
  const reduced = new Uint16Array(n.length)
  let borrow = 0
  for (let i = 0; i < n.length; i++) {
    const value = (sum[i] as number) - (n[i] as number) - borrow
    reduced[i] = value
    borrow = (value >>> LIMB_BITS) & 1
  }
  // All ones if sum was the smaller one.
  const keep = ((sum[n.length] as number) - borrow) >> LIMB_BITS
  for (let i = 0; i < n.length; i++) {
    reduced[i] = ((sum[i] as number) & keep) | ((reduced[i] as number) & ~keep)
  }
  return reduced
}

/** `-1 / n` modulo one limb. */
function limbInverse(n: Uint16Array): number {
  const radix = 1n << BigInt(LIMB_BITS)
  return Number(modulo(-(inverse(BigInt(n[0] as number), radix) ?? 0n), radix))
}

function toLimbs(number: bigint, count: number): Uint16Array {
  const bytes = toBytes(number, count * LIMB)
  const view = new DataView(bytes.buffer)
  return Uint16Array.from({ length: count }, (_, i) => view.getUint16((count - 1 - i) * LIMB))
}

function fromLimbs(limbs: Uint16Array): Bytes {
  const view = new DataView(new ArrayBuffer(limbs.length * LIMB))
  limbs.forEach((limb, i) => {
    view.setUint16((limbs.length - 1 - i) * LIMB, limb)
  })
  return new Uint8Array(view.buffer)
}
