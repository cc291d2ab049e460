// SPDX-License-Identifier: Apache-2.0
/** GHASH as the standard writes it down, in BigInt: slow, and not to be confused with the real one. */

import { createCipheriv } from 'node:crypto'
import type { Bytes } from '../../src/bytes.ts'
import type { ContentKey } from '../../src/content/content-key.ts'

const R = 0xe1n << 120n

export function toBigInt(block: Uint8Array): bigint {
  return BigInt('0x' + Buffer.from(block).toString('hex').padStart(32, '0'))
}

export function fromBigInt(value: bigint): Bytes {
  return Uint8Array.from(Buffer.from(value.toString(16).padStart(32, '0'), 'hex'))
}

/** NIST SP 800-38D, section 6.3, algorithm 1. */
export function product(x: bigint, y: bigint): bigint {
  let z = 0n
  let v = y
  for (let i = 127n; i >= 0n; i--) {
    if ((x >> i) & 1n) z ^= v
    v = v & 1n ? (v >> 1n) ^ R : v >> 1n
  }
  return z
}

function aesBlock(key: Uint8Array, block: Uint8Array): bigint {
  const cipher = createCipheriv(`aes-${key.length * 8}-ecb`, key, null).setAutoPadding(false)
  return toBigInt(cipher.update(block))
}

export function hashKey(key: Uint8Array): bigint {
  return aesBlock(key, new Uint8Array(16))
}

/** The share of a piece: X1·H^(m+1) + ... + Xm·H^2. */
export function shareOf(h: bigint, ciphertext: Uint8Array): Bytes {
  let sum = 0n
  for (let at = 0; at < ciphertext.length; at += 16) {
    const block = new Uint8Array(16)
    block.set(ciphertext.subarray(at, at + 16))
    sum = product(sum ^ toBigInt(block), h)
  }
  return fromBigInt(product(sum, h))
}

/** Content at an offset, by the counter mode of OpenSSL. */
export function ctrAt({ key, iv }: ContentKey, offset: number, bytes: Uint8Array): Bytes {
  const counter = Buffer.alloc(16)
  counter.set(iv)
  counter.writeUInt32BE(2 + offset / 16, 12)
  return Uint8Array.from(createCipheriv(`aes-${key.length * 8}-ctr`, key, counter).update(bytes))
}
