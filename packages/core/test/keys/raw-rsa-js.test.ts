// SPDX-License-Identifier: Apache-2.0
import { generatePrimeSync } from 'node:crypto'
import fc from 'fast-check'
import { beforeAll, describe, expect, test, vi } from 'vitest'
import { fromBytes, inverse, power, toBytes } from '../../src/keys/big-integer.ts'
import { writeDer } from '../../src/keys/der.ts'
import { multiplyBlinded } from '../../src/keys/montgomery.ts'
import { readRsaPrivateIntegers } from '../../src/keys/rsa-der.ts'
import { rawRsa } from '../../src/raw-rsa-js.ts'
import {
  errorOf,
  nodeRsa,
  pkcs8,
  rejects,
  rsaPair,
  toHex,
  type RsaPair,
} from '../keyring/support.ts'

let pairs: RsaPair[]
beforeAll(async () => {
  pairs = await Promise.all([1024, 2048, 3072].map(rsaPair))
})

const modulusOf = (privateKey: ReturnType<typeof pkcs8>) =>
  fromBytes(readRsaPrivateIntegers(privateKey).modulus)

test('the same as OpenSSL without padding', async () => {
  for (const { bits, privateKey: key } of pairs) {
    const privateKey = pkcs8(key)
    const modulus = modulusOf(privateKey)
    const random = Array.from({ length: 3 }, () =>
      toBytes(fromBytes(crypto.getRandomValues(new Uint8Array(bits / 8))) % modulus, bits / 8),
    )
    const edges = [0n, 1n, 2n, modulus - 1n].map((number) => toBytes(number, bits / 8))
    for (const ciphertext of [...random, ...edges]) {
      const expected = await nodeRsa.decrypt({ privateKey, ciphertext })
      const actual = await rawRsa.decrypt({ privateKey, ciphertext })
      expect(toHex(actual)).toBe(toHex(expected))
    }
  }
})

test('results with leading zeros have the length of the modulus', async () => {
  const privateKey = pkcs8((pairs[1] as RsaPair).privateKey)
  const integers = readRsaPrivateIntegers(privateKey)
  for (const small of [0n, 1n, 255n, 256n, 1n << 1024n]) {
    const e = fromBytes(integers.publicExponent)
    const ciphertext = toBytes(power(small, e, fromBytes(integers.modulus)), 256)
    const result = await rawRsa.decrypt({ privateKey, ciphertext })
    expect(toHex(result)).toBe(toHex(toBytes(small, 256)))
  }
})

test('what is not below the modulus, or has another length, is refused', async () => {
  const privateKey = pkcs8((pairs[1] as RsaPair).privateKey)
  const atModulus = toBytes(modulusOf(privateKey), 256)
  for (const ciphertext of [atModulus, new Uint8Array(255), new Uint8Array(257)]) {
    await expect(rawRsa.decrypt({ privateKey, ciphertext })).rejects.toThrow(RangeError)
  }
})

test('a result with a fault in one half does not leave', async () => {
  const privateKey = pkcs8((pairs[1] as RsaPair).privateKey)
  const { exponent1, exponent2, coefficient } = readRsaPrivateIntegers(privateKey)
  for (const part of [exponent1, exponent2, coefficient]) {
    const damaged = privateKey.slice()
    const offset = toHex(damaged).indexOf(toHex(part)) / 2 + part.length - 1
    damaged[offset] = (damaged[offset] as number) ^ 2
    const ciphertext = toBytes(12345n, 256)
    const error = await errorOf(rawRsa.decrypt({ privateKey: damaged, ciphertext }))
    expect(error.message).toContain('verification')
  }
})

test('what is raised to the private exponent is random, and so is the exponent', async () => {
  const privateKey = pkcs8((pairs[1] as RsaPair).privateKey)
  const draw = vi.spyOn(crypto, 'getRandomValues')
  await rawRsa.decrypt({ privateKey, ciphertext: toBytes(12345n, 256) })
  const lengths = draw.mock.calls.map(([array]) => array.byteLength)
  draw.mockRestore()
  expect(lengths.filter((length) => length >= 256)).toHaveLength(1)
  expect(lengths.filter((length) => length < 256)).toHaveLength(2)
})

test('a key of another kind is refused', async () => {
  const ciphertext = new Uint8Array(256)
  const key = pkcs8((pairs[1] as RsaPair).privateKey)
  for (const privateKey of [key.subarray(1), writeDer(0x30), new Uint8Array(0)]) {
    await rejects(rawRsa.decrypt({ privateKey, ciphertext }), 'ERR_CONFIGURATION')
  }
})

describe('arithmetic', () => {
  const numbers = fc.bigInt({ min: 0n, max: (1n << 200n) - 1n })

  test('powers and inverses', () => {
    fc.assert(
      fc.property(numbers, fc.integer({ min: 0, max: 40 }), numbers, (base, exponent, limit) => {
        const modulus = limit + 2n
        expect(power(base, BigInt(exponent), modulus)).toBe(base ** BigInt(exponent) % modulus)
        const inverted = inverse(base, modulus)
        if (inverted === undefined) return
        expect(inverted).toBeLessThan(modulus)
        expect((inverted * base) % modulus).toBe(1n % modulus)
      }),
    )
    expect(inverse(0n, 15n)).toBeUndefined()
    expect(inverse(6n, 15n)).toBeUndefined()
  })

  test('bytes', () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 40 }), (bytes) => {
        expect(toHex(toBytes(fromBytes(bytes), bytes.length))).toBe(toHex(bytes))
      }),
    )
  })

  test('the product of fixed time, for moduli of every length', () => {
    const lengths = fc.integer({ min: 1, max: 40 })
    fc.assert(
      fc.property(numbers, numbers, numbers, lengths, (a, b, seed, length) => {
        // The highest bit set, as in RSA, and odd.
        const modulus =
          (seed % (1n << BigInt(length * 8 - 1))) | (1n << BigInt(length * 8 - 1)) | 1n
        const product = multiplyBlinded(a % modulus, b % modulus, modulus, length)
        expect(product).toHaveLength(length)
        expect(fromBytes(product)).toBe(((a % modulus) * (b % modulus)) % modulus)
      }),
      { numRuns: 500 },
    )
    const modulus = generatePrimeSync(1024, { bigint: true })
    for (const [a, b] of [
      [0n, 0n],
      [1n, 1n],
      [modulus - 1n, modulus - 1n],
      [modulus - 1n, 1n],
      [0n, modulus - 1n],
    ] as const) {
      expect(fromBytes(multiplyBlinded(a, b, modulus, 128))).toBe((a * b) % modulus)
    }
  })
})
