// SPDX-License-Identifier: Apache-2.0
/**
 * AES-CTR as AES-GCM uses it: a range of GCM content is decrypted without the rest. Nothing here
 * checks the authentication tag, so whatever these functions return is **unauthenticated**.
 * Specification: awslabs/aws-encryption-sdk-specification, s3-encryption/decryption.md#ranged-gets;
 * NIST SP 800-38D, sections 6.5 and 7.1.
 *
 * @module
 */

import type { Bytes } from '../bytes.ts'
import { subtle } from '../webcrypto.ts'
import type { ContentKey } from './content-key.ts'
import { importContentKey } from './import-key.ts'

const BLOCK = 16 // bytes
const GCM_IV = 12 // bytes
const COUNTER_BITS = 32
const FIRST_COUNTER = 2 // counter 1 masks the tag
const MAX_COUNTER = 2 ** COUNTER_BITS - 1 // a counter that wrapped would repeat the key stream

/** The counter block `iv || uint32be(counter)`, 16 bytes. */
export function counterBlock(iv: Uint8Array, counter: number): Bytes {
  const block = new Uint8Array(BLOCK)
  block.set(iv)
  new DataView(block.buffer).setUint32(GCM_IV, counter)
  return block
}

/**
 * Number of the counter block that encrypts the block at `offset`: `2 + offset / 16`.
 *
 * @param offset - bytes from the start of the content.
 * @param length - bytes to encrypt from there.
 * @throws `RangeError` if `offset` is not a block boundary, or if the blocks do not all lie within
 * the 2^36 - 32 bytes that GCM can encrypt.
 */
export function counterAt(offset: number, length: number): number {
  const counter = FIRST_COUNTER + offset / BLOCK
  if (!Number.isInteger(counter) || counter < FIRST_COUNTER) {
    throw new RangeError(`offset: expected a block boundary in the content, got ${offset}`)
  }
  if (counter + Math.ceil(length / BLOCK) - 1 > MAX_COUNTER) {
    throw new RangeError(`offset: ${length} bytes from ${offset} pass the end of any GCM content`)
  }
  return counter
}

/**
 * Counter block that starts AES-CTR at `offset` of an AES-GCM ciphertext.
 *
 * @param iv - 12 bytes, the IV of the content encryption.
 * @param offset - bytes from the start of the content, a multiple of 16.
 * @param length - bytes to encrypt or decrypt from there.
 * @returns 16 bytes, for `{ name: 'AES-CTR', counter, length: 32 }`.
 * @throws `RangeError` if `iv` is not 12 bytes, or as {@link counterAt}.
 */
export function counterBlockAt(iv: Uint8Array, offset: number, length: number): Bytes {
  if (iv.length !== GCM_IV) throw new RangeError(`iv: expected 12 bytes, got ${iv.length}`)
  return counterBlock(iv, counterAt(offset, length))
}

/** The key as WebCrypto wants it for {@link applyKeyStream}. */
export async function importCtrKey(key: ContentKey): Promise<CryptoKey> {
  return importContentKey(key, 'AES-CTR', ['encrypt'])
}

/**
 * Encrypts or, which is the same, decrypts.
 *
 * @param counter - block to start with, 16 bytes. GCM increments its last 32 bits only
 * (NIST SP 800-38D, section 6.2).
 * @param bytes - read before the function returns.
 */
export async function applyKeyStream(key: CryptoKey, counter: Bytes, bytes: Bytes): Promise<Bytes> {
  const algorithm = { name: 'AES-CTR', counter, length: COUNTER_BITS }
  return new Uint8Array(await subtle().encrypt(algorithm, key, bytes))
}

/**
 * Decrypts a range of GCM content, **without authentication**.
 *
 * @param key - of a suite whose content is AES-GCM or its CTR form; the IV has 12 bytes.
 * @param offset - where the range begins, in bytes from the start of the content: a multiple of 16.
 * @param ciphertext - the range, of any length, without the tag.
 * @throws `RangeError` if the range is none of GCM content.
 */
export async function decryptCtrRange(
  key: ContentKey,
  offset: number,
  ciphertext: Bytes,
): Promise<Bytes> {
  if (ciphertext.length === 0) return new Uint8Array(0)
  const counter = counterBlockAt(key.iv, offset, ciphertext.length)
  return applyKeyStream(await importCtrKey(key), counter, ciphertext)
}
