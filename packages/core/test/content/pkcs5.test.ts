// SPDX-License-Identifier: Apache-2.0
import { expect, test } from 'vitest'
import { paddedLength, unpad } from '../../src/content/pkcs5.ts'
import { expectBytes, sample, view } from './support.ts'

const failure = expect.objectContaining({ code: 'ERR_DECRYPTION_FAILED' }) as Error

test('padding of every length is removed, in one block and in several', () => {
  for (const length of Array.from({ length: 33 }, (_, i) => i)) {
    const count = paddedLength(length) - length
    const padded = view(Uint8Array.from([...sample(length), ...Array<number>(count).fill(count)]))
    expectBytes(unpad(padded), sample(length))
  }
})

test('every last byte but 1 to 16 is refused', () => {
  for (let last = 0; last < 256; last++) {
    const padded = new Uint8Array(32).fill(last)
    if (last >= 1 && last <= 16) expect(unpad(padded)).toHaveLength(32 - last)
    else expect(() => unpad(padded)).toThrow(failure)
  }
})

test('any byte of the padding counts, and none before it', () => {
  for (let count = 1; count <= 16; count++) {
    for (let at = 0; at < 15; at++) {
      const padded = new Uint8Array(16).fill(count)
      padded[at] = count ^ 0x80
      if (at < 16 - count) expect(unpad(padded)).toHaveLength(16 - count)
      else expect(() => unpad(padded)).toThrow(failure)
    }
  }
})

test('what is not whole blocks is refused', () => {
  for (const length of [0, 1, 15, 17]) {
    expect(() => unpad(new Uint8Array(length).fill(1))).toThrow(failure)
  }
})
