// SPDX-License-Identifier: Apache-2.0
import { describe, expect, test } from 'vitest'
import { counterBlockAt, decryptCtrRange } from '../../src/content/ctr.ts'
import { decryptRangeUnverified } from '../../src/content/range.ts'
import { algorithmSuite } from '../../src/suites.ts'
import { ctrAt } from './reference.ts'
import { collect, inPieces, watched } from './sources.ts'
import { contentKey, expectBytes, fails, hex, nodeEncrypt, sample } from './support.ts'

const options = { chunkSize: 48, concurrency: 3 }
const keys = [
  { name: 'CTR', written: contentKey(), key: { ...contentKey(), suite: algorithmSuite(0x0071) } },
  { name: 'CBC', written: contentKey({ cipher: 'AES-CBC' }) },
].map(({ name, written, key = written }) => ({ name, written, key }))

describe.each(keys)('$name', ({ written, key }) => {
  test.each([200, 192, 16, 1, 0])('every kind of range of %i bytes', async (length) => {
    const plaintext = sample(length)
    const body = nodeEncrypt(written, plaintext)
    const edges = [0, 1, 15, 16, 17, 32, 47, 48, 100, 175, 176, 190, 191, 192, 199, 200, 231]
    for (const first of edges) {
      for (const last of [...edges, Number.MAX_SAFE_INTEGER - 64].filter((edge) => edge >= first)) {
        // The range that the official clients ask for: a block before, and one after.
        const offset = Math.max(0, first - (first % 16) - 16)
        if (offset >= body.length) continue
        const end = last + (16 - (last % 16)) + 16
        // Or from anywhere within the block before that one.
        for (const from of [offset, Math.max(0, offset - 7)]) {
          const fetched = inPieces(body.subarray(from, end + 1), [29])
          const range = { first, last, offset: from, objectLength: body.length }
          const decrypted = await collect(decryptRangeUnverified(key, fetched, range, options))
          expectBytes(decrypted, plaintext.subarray(first, last + 1))
        }
      }
    }
  })

  test('a source that ends too soon', async () => {
    const body = nodeEncrypt(written, sample(200))
    const range = { first: 32, last: 150, offset: 16, objectLength: body.length }
    const decrypted = decryptRangeUnverified(key, body.subarray(16, 140), range, options)
    await fails(collect(decrypted), 'ERR_CONTENT_LENGTH')
  })

  test('no more is read than is needed', async () => {
    const { source, state } = watched(Array.from({ length: 100 }, () => sample(16)))
    const range = { first: 0, last: 40, offset: 0, objectLength: 1616 }
    expect(await collect(decryptRangeUnverified(key, source, range, options))).toHaveLength(41)
    expect(state).toEqual({ asked: 3, closed: 1 })
  })

  test('ranges that what was fetched cannot give', () => {
    const range = { first: 32, last: 40, offset: 16, objectLength: 216 }
    for (const wrong of [{ offset: 33 }, { offset: 48 }, { first: -1 }, { last: 0.5 }]) {
      expect(() => decryptRangeUnverified(key, [], { ...range, ...wrong })).toThrow(RangeError)
    }
  })
})

test('CBC needs the block before', () => {
  const key = contentKey({ cipher: 'AES-CBC' })
  const range = { first: 32, last: 40, offset: 32, objectLength: 208 }
  expect(() => decryptRangeUnverified(key, [], range)).toThrow(RangeError)
})

test('a suite that authenticates does not read ranges', () => {
  const range = { first: 0, last: 1, offset: 0, objectLength: 100 }
  expect(() => decryptRangeUnverified(contentKey(), [], range)).toThrow(RangeError)
})

test('counter blocks', () => {
  const iv = hex('0d18e06c7c725ac9e362e1ce')
  const at = (offset: number) =>
    Buffer.from(counterBlockAt(iv, offset, 16))
      .toString('hex')
      .slice(24)
  expect(at(0)).toBe('00000002')
  expect(at(16)).toBe('00000003')
  expect(at(2 ** 36 - 48)).toBe('ffffffff')
  for (const offset of [-16, 8, 2 ** 36 - 32, NaN]) {
    expect(() => counterBlockAt(iv, offset, 16)).toThrow(RangeError)
  }
  expect(() => counterBlockAt(hex('00'), 0, 16)).toThrow(RangeError)
})

test('CTR up to the last block of GCM, and not beyond', async () => {
  const key = contentKey()
  for (const [offset, length] of [
    [0, 40],
    [2 ** 35, 17],
    [2 ** 36 - 64, 32],
  ] as const) {
    expectBytes(
      await decryptCtrRange(key, offset, sample(length)),
      ctrAt(key, offset, sample(length)),
    )
  }
  await expect(decryptCtrRange(key, 2 ** 36 - 64, sample(33))).rejects.toThrow(RangeError)
  expect(await decryptCtrRange(key, 0, sample(0))).toHaveLength(0)
})
