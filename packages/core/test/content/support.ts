// SPDX-License-Identifier: Apache-2.0
import { createCipheriv, type CipherGCMTypes } from 'node:crypto'
import { expect } from 'vitest'
import type { Bytes } from '../../src/bytes.ts'
import type { ContentKey } from '../../src/content/content-key.ts'
import { algorithmSuite } from '../../src/suites.ts'

/** A view in the middle of a larger buffer: what forgets byteOffset shows. */
export function view(bytes: Uint8Array): Bytes {
  const buffer = new Uint8Array(bytes.length + 7).fill(0xa5)
  buffer.set(bytes, 3)
  return buffer.subarray(3, 3 + bytes.length)
}

export function hex(text: string): Bytes {
  return view(Buffer.from(text, 'hex'))
}

/** The same bytes for the same length and seed. */
export function sample(length: number, seed = 1): Bytes {
  const bytes = new Uint8Array(length)
  let state = (seed * 0x9e3779b1 + length) | 1
  for (let i = 0; i < length; i++) {
    state ^= state << 13
    state ^= state >>> 17
    state ^= state << 5
    bytes[i] = state
  }
  return bytes
}

/** Lengths around every boundary of blocks and chunks. */
export function lengths(chunkSize: number): number[] {
  const near = [1, 2, 3].flatMap((n) => [-17, -16, -1, 0, 1, 15, 16].map((d) => n * chunkSize + d))
  return [...new Set([0, 1, 15, 16, 17, 31, 32, 33, ...near])].filter((length) => length >= 0)
}

export interface KeyOptions {
  readonly cipher?: 'AES-GCM' | 'AES-CBC'
  readonly keyLength?: number
  readonly aad?: boolean | Uint8Array
  readonly seed?: number
}

/** A content key of one of the suites; with AAD it is the committing one. */
export function contentKey(options: KeyOptions = {}): ContentKey {
  const { cipher = 'AES-GCM', keyLength = 32, aad = false, seed = 7 } = options
  const bytes = aad === true ? new Uint8Array([0x00, 0x73]) : aad === false ? [] : aad
  return {
    suite: algorithmSuite(cipher === 'AES-CBC' ? 0x0070 : bytes.length > 0 ? 0x0073 : 0x0072),
    key: view(sample(keyLength, seed)),
    iv: view(sample(cipher === 'AES-CBC' ? 16 : 12, seed + 1)),
    aad: view(Uint8Array.from(bytes)),
  }
}

/** What OpenSSL makes of it. */
export function nodeEncrypt({ suite, key, iv, aad }: ContentKey, plaintext: Uint8Array): Bytes {
  if (suite.cipher === 'AES-CBC') {
    const cipher = createCipheriv(`aes-${key.length * 8}-cbc`, key, iv)
    return Uint8Array.from(Buffer.concat([cipher.update(plaintext), cipher.final()]))
  }
  const name = `aes-${key.length * 8}-gcm` as CipherGCMTypes
  const cipher = createCipheriv(name, key, iv).setAAD(aad)
  const parts = [cipher.update(plaintext), cipher.final()]
  return Uint8Array.from(Buffer.concat([...parts, cipher.getAuthTag()]))
}

export async function fails(promise: Promise<unknown>, code = 'ERR_DECRYPTION_FAILED') {
  await expect(promise).rejects.toMatchObject({ code })
}

/** Equal bytes, whatever the class of their views; faster than a structural comparison. */
export function expectBytes(actual: Uint8Array, expected: Uint8Array): void {
  if (Buffer.compare(actual, expected) !== 0) {
    expect(Buffer.from(actual).toString('hex')).toBe(Buffer.from(expected).toString('hex'))
  }
}
