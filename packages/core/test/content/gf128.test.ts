// SPDX-License-Identifier: Apache-2.0
import fc from 'fast-check'
import { expect, test } from 'vitest'
import {
  ONE,
  ZERO,
  add,
  fromBlock,
  inverse,
  multiply,
  power,
  square,
  toBlock,
} from '../../src/content/gf128.ts'
import { fromBigInt, product, toBigInt } from './reference.ts'
import { expectBytes, view } from './support.ts'

const value = fc.oneof(
  fc.bigInt({ min: 0n, max: (1n << 128n) - 1n }),
  fc.nat({ max: 127 }).map((bit) => 1n << BigInt(bit)),
  fc.constantFrom(0n, (1n << 128n) - 1n),
)
const element = (number: bigint) => fromBlock(view(fromBigInt(number)))

test('blocks go in and out unchanged', () => {
  fc.assert(
    fc.property(value, (a) => {
      expect(toBigInt(toBlock(element(a)))).toBe(a)
    }),
  )
})

test('the product is that of the standard', () => {
  fc.assert(
    fc.property(value, value, (a, b) => {
      expect(toBigInt(toBlock(multiply(element(a), element(b))))).toBe(product(a, b))
    }),
    { numRuns: 500 },
  )
})

test('products of single bits, all of them', () => {
  for (let i = 0; i < 128; i++) {
    for (let j = 0; j < 128; j += 7) {
      const [a, b] = [1n << BigInt(i), 1n << BigInt(j)]
      expect(toBigInt(toBlock(multiply(element(a), element(b))))).toBe(product(a, b))
    }
  }
})

test('operands of ones carry most', () => {
  const ones = (1n << 128n) - 1n
  expect(toBigInt(toBlock(multiply(element(ones), element(ones))))).toBe(product(ones, ones))
})

test('square, power and sum agree with the product', () => {
  fc.assert(
    fc.property(value, value, fc.nat({ max: 40 }), (a, b, n) => {
      const x = element(a)
      expectBytes(toBlock(square(x)), toBlock(multiply(x, x)))
      let product = ONE
      for (let i = 0; i < n; i++) product = multiply(product, x)
      expectBytes(toBlock(power(x, n)), toBlock(product))
      expect(toBigInt(toBlock(add(x, element(b))))).toBe(a ^ b)
    }),
  )
})

test('exponents of more than 32 bits', () => {
  const x = element(0x1234567890abcdefn)
  expect(power(x, 2 ** 33 + 1)).toEqual(multiply(square(power(x, 2 ** 32)), x))
})

test('an element times its inverse is one', () => {
  fc.assert(
    fc.property(value, (a) => {
      const x = element(a)
      expect(multiply(x, inverse(x))).toEqual(a === 0n ? ZERO : ONE)
    }),
  )
})
