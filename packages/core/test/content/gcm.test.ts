// SPDX-License-Identifier: Apache-2.0
import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { concat, type Bytes } from '../../src/bytes.ts'
import { gcmCipher, type GcmCipher, type GcmTuning } from '../../src/content/gcm.ts'
import { EMPTY_SHARE } from '../../src/content/gcm-share.ts'
import { acceptsLongIv } from '../../src/content/long-iv.ts'
import { decryptPartUnverified, encryptPart } from '../../src/content/parts.ts'
import { algorithmSuite } from '../../src/suites.ts'
import { ctrAt, hashKey, shareOf } from './reference.ts'
import { contentKey, expectBytes, fails, nodeEncrypt, sample, view } from './support.ts'

const MAX = 2 ** 36 - 32

const tunings: GcmTuning[] = [
  {},
  { strategy: 'ctr-gmac' },
  { strategy: 'ctr-gcm' },
  { strategy: 'gcm-gmac' },
  { strategy: 'gcm-gcm' },
  { longIv: false },
  { longIv: false, strategy: 'ctr-gcm' },
]

/** Pieces of content that end at block boundaries. */
function cut(bytes: Bytes, blocks: readonly number[]): { offset: number; piece: Bytes }[] {
  const sorted = [...new Set(blocks)].sort((a, b) => a - b)
  const ends = [...sorted.map((block) => 16 * block), bytes.length]
  return ends
    .map((end, i) => ({ offset: ends[i - 1] ?? 0, end }))
    .filter(({ offset, end }) => offset <= end && end <= bytes.length)
    .map(({ offset, end }) => ({ offset, piece: view(bytes.subarray(offset, end)) }))
}

function mergeAll(cipher: GcmCipher, parts: readonly { share: typeof EMPTY_SHARE }[]) {
  return cipher.merge(...parts.map(({ share }) => share))
}

test('this platform encrypts a piece by one call', async () => {
  expect(await acceptsLongIv()).toBe(true)
})

describe.each(tunings)('%o', (tuning) => {
  test.each([16, 24, 32])('pieces are those of OpenSSL (key of %i bytes)', async (keyLength) => {
    for (const aad of [false, true, sample(40)]) {
      const key = contentKey({ keyLength, aad })
      const cipher = await gcmCipher(key, tuning)
      for (const length of [0, 1, 15, 16, 17, 64, 333]) {
        const plaintext = sample(length)
        const expected = nodeEncrypt(key, plaintext)
        const [ciphertext, tag] = [expected.subarray(0, length), expected.subarray(length)]
        const encrypted = await cipher.encryptAt(0, view(plaintext))
        expectBytes(encrypted.ciphertext, ciphertext)
        expectBytes(cipher.tag(encrypted.share), tag)
        const decrypted = await cipher.decryptAt(0, view(ciphertext))
        expectBytes(decrypted.plaintext, plaintext)
        expect(cipher.verify(decrypted.share, view(tag))).toBe(true)
        expect(cipher.verify(await cipher.authenticate(view(ciphertext)), tag)).toBe(true)
      }
    }
  })

  test('any cut, all pieces at once, alone and in a run', async () => {
    const key = contentKey({ aad: true })
    const cipher = await gcmCipher(key, tuning)
    const plaintext = sample(16 * 30 + 3)
    const expected = nodeEncrypt(key, plaintext)
    const ciphertext = expected.subarray(0, plaintext.length)
    const property = fc.asyncProperty(fc.array(fc.nat({ max: 30 })), async (blocks) => {
      const pieces = cut(plaintext, blocks)
      const next = cipher.encryptFrom(0)
      const alone = await Promise.all(
        pieces.toReversed().map(({ offset, piece }) => cipher.encryptAt(offset, piece)),
      )
      const run = await Promise.all(pieces.map(({ piece }) => next(piece)))
      for (const encrypted of [alone.toReversed(), run]) {
        const tag = cipher.tag(mergeAll(cipher, encrypted))
        expectBytes(concat(...encrypted.map((piece) => piece.ciphertext), tag), expected)
      }
      const back = cipher.decryptFrom(0)
      const decrypted = await Promise.all(cut(ciphertext, blocks).map(({ piece }) => back(piece)))
      expectBytes(concat(...decrypted.map((piece) => piece.plaintext)), plaintext)
      expect(cipher.verify(mergeAll(cipher, decrypted), expected.subarray(-16))).toBe(true)
    })
    await fc.assert(property, { numRuns: 25 })
  })

  test('at the end of an object of 64 GiB', async () => {
    const key = contentKey()
    const cipher = await gcmCipher(key, tuning)
    for (const [offset, length] of [
      [MAX - 16, 16],
      [MAX - 16, 3],
      [MAX - 64, 64],
      [2 ** 35, 40],
      [2 ** 32 - 16, 33],
    ] as const) {
      const plaintext = sample(length)
      const expected = ctrAt(key, offset, plaintext)
      const { ciphertext, share } = await cipher.encryptAt(offset, plaintext)
      expectBytes(ciphertext, expected)
      expectBytes(share.ghash, shareOf(hashKey(key.key), expected))
      const decrypted = await cipher.decryptAt(offset, ciphertext)
      expectBytes(decrypted.plaintext, plaintext)
      expect(decrypted.share).toEqual(share)
    }
    await fails(cipher.encryptAt(MAX - 16, sample(17)), 'ERR_CONTENT_TOO_LONG')
    await fails(cipher.decryptAt(MAX, sample(1)), 'ERR_CONTENT_TOO_LONG')
    expect((await cipher.encryptAt(MAX, sample(0))).share).toEqual(EMPTY_SHARE)
  })

  test('offsets that are no block boundaries, and pieces after part of a block', async () => {
    const cipher = await gcmCipher(contentKey(), tuning)
    for (const offset of [-16, 1, 8, 17, 0.5, NaN]) {
      await expect(cipher.encryptAt(offset, sample(16))).rejects.toThrow(RangeError)
      await expect(cipher.decryptAt(offset, sample(16))).rejects.toThrow(RangeError)
    }
    for (const run of [cipher.encryptFrom(0), cipher.decryptFrom(0)]) {
      await run(sample(17))
      await expect(run(sample(16))).rejects.toThrow(RangeError)
    }
  })

  test('the memory of a piece is free as soon as the call returns', async () => {
    const key = contentKey()
    const cipher = await gcmCipher(key, tuning)
    const expected = nodeEncrypt(key, sample(64))
    const buffer = new Uint8Array(32)
    const through = async (from: Bytes, next: (piece: Bytes) => Promise<object>) => {
      const results = [0, 32].map((at) => {
        buffer.set(from.subarray(at, at + 32))
        return next(buffer)
      })
      buffer.fill(0)
      return Promise.all(results) as Promise<never[]>
    }
    const encrypted = await through(sample(64), cipher.encryptFrom(0))
    expectBytes(cipher.tag(mergeAll(cipher, encrypted)), expected.subarray(-16))
    const decrypted = await through(expected.subarray(0, 64), cipher.decryptFrom(0))
    expect(cipher.verify(mergeAll(cipher, decrypted), expected.subarray(-16))).toBe(true)
  })

  test('parts in any order', async () => {
    const key = contentKey({ aad: true })
    const cipher = await gcmCipher(key, tuning)
    const plaintext = sample(5000)
    const expected = nodeEncrypt(key, plaintext)
    const options = { chunkSize: 256, concurrency: 3 }
    const offsets = [4096, 0, 2048]
    const parts = await Promise.all(
      offsets.map((at) => encryptPart(cipher, at, plaintext.subarray(at, at + 2048), options)),
    )
    const inOrder = [1, 2, 0].map((i) => parts[i]).filter((part) => part !== undefined)
    const tag = cipher.tag(mergeAll(cipher, inOrder))
    expectBytes(concat(...inOrder.map((part) => part.ciphertext), tag), expected)
    const read = await Promise.all(
      [0, 2048, 4096].map((at) =>
        decryptPartUnverified(
          cipher,
          at,
          expected.subarray(at, Math.min(at + 2048, 5000)),
          options,
        ),
      ),
    )
    expectBytes(concat(...read.map((part) => part.plaintext)), plaintext)
    expect(cipher.verify(mergeAll(cipher, read), tag)).toBe(true)
    expect((await encryptPart(cipher, 0, sample(0))).share).toEqual(EMPTY_SHARE)
  })
})

test('what surrounds a ciphertext in memory tells no tag', async () => {
  for (const tuning of tunings) {
    const cipher = await gcmCipher(contentKey(), tuning)
    const { ciphertext } = await cipher.encryptAt(0, sample(32))
    const { plaintext } = await cipher.decryptAt(0, ciphertext)
    for (const { buffer } of [ciphertext, plaintext]) {
      expectBytes(new Uint8Array(buffer, 32), new Uint8Array(buffer.byteLength - 32))
    }
  }
})

test('a wrong tag, of any kind, is not verified', async () => {
  const key = contentKey({ aad: true })
  const cipher = await gcmCipher(key)
  const { share, ciphertext } = await cipher.encryptAt(0, sample(64))
  const tag = cipher.tag(share)
  for (let bit = 0; bit < 128; bit++) {
    const altered = tag.slice()
    altered[bit >> 3] = (altered[bit >> 3] as number) ^ (1 << (bit & 7))
    expect(cipher.verify(share, altered)).toBe(false)
  }
  expect(cipher.verify(share, tag.subarray(0, 15))).toBe(false)
  expect(cipher.verify(share, new Uint8Array(0))).toBe(false)
  expect(cipher.verify(EMPTY_SHARE, tag)).toBe(false)
  const [a, b] = await Promise.all([
    cipher.authenticate(ciphertext.subarray(0, 32)),
    cipher.authenticate(ciphertext.subarray(32)),
  ])
  expect(cipher.verify(cipher.merge(a, b), tag)).toBe(true)
  expect(cipher.verify(cipher.merge(b, a), tag)).toBe(false)
  const withoutAad = await gcmCipher({ ...key, aad: new Uint8Array(0) })
  expect(withoutAad.verify(share, tag)).toBe(false)
})

test('a key that is not for GCM is refused', async () => {
  await expect(gcmCipher({ ...contentKey(), iv: sample(16) })).rejects.toThrow(RangeError)
  await expect(gcmCipher(contentKey({ cipher: 'AES-CBC' }))).rejects.toThrow(RangeError)
  const ranged = { ...contentKey(), suite: algorithmSuite(0x0071) }
  await expect(gcmCipher(ranged)).rejects.toThrow(RangeError)
})

test('a cipher outlives the key it was made of', async () => {
  const key = contentKey({ aad: true })
  const expected = nodeEncrypt(key, sample(32))
  const cipher = await gcmCipher(key)
  for (const secret of [key.key, key.iv, key.aad]) secret.fill(0)
  const { ciphertext, share } = await cipher.encryptAt(0, sample(32))
  expectBytes(concat(ciphertext, cipher.tag(share)), expected)
})
