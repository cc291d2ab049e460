// SPDX-License-Identifier: Apache-2.0
/**
 * The raw RSA operation where the platform has none: browsers and workers that read legacy objects.
 * An entry point of its own, so that nobody else carries it.
 *
 * @module
 */

import type { Bytes } from './bytes.ts'
import { fromBytes, inverse, modulo, power, randomBelow } from './keys/big-integer.ts'
import { multiplyBlinded } from './keys/montgomery.ts'
import { readRsaPrivateIntegers } from './keys/rsa-der.ts'
import type { RawRsa } from './keyring/raw-rsa-port.ts'

export type { Bytes } from './bytes.ts'
export type { RawRsa } from './keyring/raw-rsa-port.ts'

interface PrivateKey {
  readonly length: number
  readonly n: bigint
  readonly e: bigint
  readonly p: bigint
  readonly q: bigint
  readonly dp: bigint
  readonly dq: bigint
  readonly qInverse: bigint
}

const parsed = new WeakMap<Bytes, PrivateKey>()

/**
 * RSADP (RFC 8017, section 5.1.2) in JavaScript, for the option `rsa` of a raw RSA keyring.
 *
 * BigInt takes a time that depends on its operands. So the ciphertext is multiplied by the power of a
 * random number before the private operation, and the exponents are made longer by random multiples
 * of the group order: what is timed is random. The blinding is removed by arithmetic of fixed time.
 * The result is verified before it leaves, since a fault in one half of it would give the key away.
 *
 * Prefer the operation of `node:crypto` where there is one: it is faster, and it is reviewed more.
 */
export const rawRsa: RawRsa = {
  async decrypt({ privateKey, ciphertext }) {
    const key = parsed.get(privateKey) ?? parse(privateKey)
    parsed.set(privateKey, key)
    const { n, e, length } = key
    const input = fromBytes(ciphertext)
    if (ciphertext.length !== length || input >= n) {
      throw new RangeError(`ciphertext: expected ${length} bytes, below the modulus`)
    }
    const { factor, unblind } = drawBlinding(key)
    const blinded = (input * power(factor, e, n)) % n
    const result = privatePower(blinded, key)
    if (power(result, e, n) !== blinded) {
      throw new Error('The RSA private operation failed its verification')
    }
    return Promise.resolve(multiplyBlinded(result, unblind, n, length))
  },
}

function parse(pkcs8: Bytes): PrivateKey {
  const integers = readRsaPrivateIntegers(pkcs8)
  const n = fromBytes(integers.modulus)
  return {
    length: Math.ceil(n.toString(16).length / 2),
    n,
    e: fromBytes(integers.publicExponent),
    p: fromBytes(integers.prime1),
    q: fromBytes(integers.prime2),
    dp: fromBytes(integers.exponent1),
    dq: fromBytes(integers.exponent2),
    qInverse: fromBytes(integers.coefficient),
  }
}

/** A random number and its inverse. */
function drawBlinding(key: PrivateKey): { readonly factor: bigint; readonly unblind: bigint } {
  const factor = randomBelow(key.n, key.length)
  const unblind = inverse(factor, key.n)
  // Only zero and multiples of a prime have none: as probable as to guess the prime.
  return unblind === undefined ? drawBlinding(key) : { factor, unblind }
}

// 2^64 exponents that give the same result.
const EXPONENT_BLINDING = { bytes: 8, limit: 1n << 64n }

/** `base ** d mod n` by the Chinese remainder theorem. */
function privatePower(base: bigint, { p, q, dp, dq, qInverse }: PrivateKey): bigint {
  const partial = (exponent: bigint, prime: bigint) => {
    const multiple = randomBelow(EXPONENT_BLINDING.limit, EXPONENT_BLINDING.bytes)
    return power(base % prime, exponent + multiple * (prime - 1n), prime)
  }
  const [atP, atQ] = [partial(dp, p), partial(dq, q)]
  return atQ + modulo((atP - atQ) * qInverse, p) * q
}
