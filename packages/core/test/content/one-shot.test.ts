// SPDX-License-Identifier: Apache-2.0
import { describe, expect, test } from 'vitest'
import { ciphertextLength, decryptBytes, encryptBytes } from '../../src/content/one-shot.ts'
import { algorithmSuite } from '../../src/suites.ts'
import { contentKey, expectBytes, fails, lengths, nodeEncrypt, sample, view } from './support.ts'

describe.each([
  { cipher: 'AES-GCM', aad: false },
  { cipher: 'AES-GCM', aad: true },
  { cipher: 'AES-CBC', aad: false },
] as const)('$cipher, aad: $aad', (options) => {
  test.each([16, 24, 32])('a key of %i bytes: what OpenSSL writes and reads', async (keyLength) => {
    const key = contentKey({ ...options, keyLength })
    for (const length of lengths(1024)) {
      const plaintext = view(sample(length))
      const ciphertext = await encryptBytes(key, plaintext)
      expectBytes(ciphertext, nodeEncrypt(key, plaintext))
      expect(ciphertext.length).toBe(ciphertextLength(key, length))
      expectBytes(await decryptBytes(key, view(ciphertext)), plaintext)
    }
  })

  test('every truncation that shows, and any extension, fails alike', async () => {
    const key = contentKey(options)
    const ciphertext = await encryptBytes(key, sample(100))
    for (let length = 0; length < ciphertext.length; length++) {
      if (options.cipher === 'AES-CBC' && length > 0 && length % 16 === 0) continue
      await fails(decryptBytes(key, ciphertext.subarray(0, length)))
    }
    await fails(decryptBytes(key, Uint8Array.from([...ciphertext, 0])))
  })
})

test('a flipped bit anywhere in GCM content fails', async () => {
  const key = contentKey({ aad: true })
  const ciphertext = await encryptBytes(key, sample(40))
  for (let bit = 0; bit < ciphertext.length * 8; bit += 3) {
    const altered = ciphertext.slice()
    altered[bit >> 3] = (altered[bit >> 3] as number) ^ (1 << (bit & 7))
    await fails(decryptBytes(key, altered))
  }
})

test('a suite that reads ranges is refused', async () => {
  const key = { ...contentKey(), suite: algorithmSuite(0x0071) }
  await expect(encryptBytes(key, sample(1))).rejects.toThrow(RangeError)
  await expect(decryptBytes(key, sample(17))).rejects.toThrow(RangeError)
})
