// SPDX-License-Identifier: Apache-2.0
import fc from 'fast-check'
import { expect, test } from 'vitest'
import {
  EMPTY_SHARE,
  mergeShares,
  shareOfPadded,
  type GcmShare,
} from '../../src/content/gcm-share.ts'
import { fromBlock } from '../../src/content/gf128.ts'
import { fromBigInt, hashKey, shareOf } from './reference.ts'
import { contentKey, expectBytes, sample } from './support.ts'

const h = hashKey(contentKey().key)
const H = fromBlock(fromBigInt(h))
const merge = (a: GcmShare, b: GcmShare) => mergeShares(H, a, b)
const share = (bytes: Uint8Array): GcmShare => ({ ghash: shareOf(h, bytes), length: bytes.length })

/** Merges neighbours in the order that `choices` gives, until one is left. */
function mergeTree(shares: readonly GcmShare[], choices: readonly number[]): GcmShare {
  const rest = [...shares]
  for (let i = 0; rest.length > 1; i++) {
    const at = (choices[i % choices.length] ?? 0) % (rest.length - 1)
    rest.splice(at, 2, merge(rest[at] as GcmShare, rest[at + 1] as GcmShare))
  }
  return rest[0] ?? EMPTY_SHARE
}

test('any tree over any cut of the bytes gives the share of the whole', () => {
  const bytes = sample(16 * 20 + 5)
  fc.assert(
    fc.property(
      fc.uniqueArray(fc.integer({ min: 0, max: 20 }), { maxLength: 8 }),
      fc.array(fc.nat(), { minLength: 1 }),
      (cuts, choices) => {
        const ends = [...cuts.sort((a, b) => a - b).map((block) => 16 * block), bytes.length]
        const shares = ends.map((end, i) => share(bytes.subarray(ends[i - 1] ?? 0, end)))
        const merged = mergeTree(shares, choices)
        expectBytes(merged.ghash, shareOf(h, bytes))
        expect(merged.length).toBe(bytes.length)
      },
    ),
  )
})

test('the empty share changes nothing, on either side', () => {
  const some = share(sample(21))
  expect(merge(EMPTY_SHARE, some)).toEqual(some)
  expect(merge(some, EMPTY_SHARE)).toEqual(some)
  expect(merge(EMPTY_SHARE, EMPTY_SHARE)).toEqual(EMPTY_SHARE)
})

test('the order counts', () => {
  const [a, b] = [share(sample(16, 1)), share(sample(16, 2))]
  expect(merge(a, b).ghash).not.toEqual(merge(b, a).ghash)
})

test('nothing may follow part of a block', () => {
  expect(() => merge(share(sample(17)), share(sample(16)))).toThrow(RangeError)
})

test('AAD of any length, padded', () => {
  for (const length of [0, 1, 2, 15, 16, 17, 48, 50]) {
    const { ghash, length: padded } = shareOfPadded(H, sample(length))
    expectBytes(ghash, shareOf(h, sample(length)))
    expect(padded).toBe(16 * Math.ceil(length / 16))
  }
})
