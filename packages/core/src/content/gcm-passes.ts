// SPDX-License-Identifier: Apache-2.0
/**
 * The ways in which a piece of AES-GCM content is encrypted, or decrypted and hashed, natively.
 *
 * Each takes the share of the piece from the tag of a native call. Such a tag, from which forgeries
 * could be made, goes no further than this module.
 *
 * @module
 */

import type { Bytes } from '../bytes.ts'
import type { GcmNative } from './gcm-native.ts'
import { EMPTY_SHARE, type GcmShare } from './gcm-share.ts'
import { add, fromBlock, multiply, toBlock, type FieldElement } from './gf128.ts'
import { release } from './release.ts'

const BLOCK = 16 // bytes

/** A piece that has been processed. */
export interface Piece {
  /** As long as the input. */
  readonly output: Bytes
  /** Share of the ciphertext, be it input or output. */
  readonly share: GcmShare
}

/** A piece under way. */
export interface Step {
  readonly piece: Promise<Piece>
  /** Key stream block at the end of the piece, where the pass knows it: the next may need it. */
  readonly endMask?: Promise<Bytes> | undefined
}

/**
 * Processes the piece at `offset`, which is not empty; reads it before it returns.
 *
 * @param mask - called for the key stream block before the piece, if the pass needs it.
 */
export type Pass = (offset: number, input: Bytes, mask: () => Promise<Bytes>) => Step

/**
 * What gives the plaintext: AES-CTR, or AES-GCM, which adds the same key stream either way and is the
 * faster one where it uses wider instructions.
 */
export type Decipher = 'ctr' | 'gcm'

/** The passes under one key. */
export interface GcmPasses {
  /** Share of a piece of ciphertext, by GMAC. */
  readonly authenticate: (ciphertext: Bytes) => Promise<GcmShare>
  /** Encrypts by AES-GCM: one native pass. */
  readonly seal: Pass
  /** Encrypts by AES-CTR, then hashes by GMAC: where AES-GCM takes IVs of 12 bytes only. */
  readonly ctrThenGmac: Pass
  /** Decrypts, and hashes by GMAC at the same time. */
  readonly besideGmac: (decipher: Decipher) => Pass
  /** Decrypts; then encrypts again by AES-GCM, for the tag. */
  readonly thenGcm: (decipher: Decipher) => Pass
}

/** The block of two lengths in bytes, as GHASH ends with it: 64 bits each, counting bits. */
export function lengthBlock(aad: number, ciphertext: number): FieldElement {
  const block = new DataView(new ArrayBuffer(BLOCK))
  const put = (at: number, length: number) => {
    block.setUint32(at, Math.floor(length / 2 ** 29))
    block.setUint32(at + 4, length * 8) // modulo 2^32
  }
  put(0, aad)
  put(8, ciphertext)
  return fromBlock(new Uint8Array(block.buffer))
}

/** Key stream at the end of a piece, out of its last input and, once known, its last output. */
async function maskAtEnd(input: Bytes, output: Promise<Bytes>): Promise<Bytes> {
  const { length } = input
  const end = input.slice(-BLOCK)
  const from = (await output).subarray(length - BLOCK, length)
  return end.map((byte, i) => byte ^ (from[i] as number))
}

/** The passes that `native` is capable of. */
export function gcmPasses(native: GcmNative): GcmPasses {
  const { hashKey } = native

  /** The share in a tag, which is share + lengths·H + mask. */
  const unmask = (tag: Bytes, lengths: FieldElement, mask: FieldElement, length: number) => {
    const share = add(add(fromBlock(tag), multiply(lengths, hashKey)), mask)
    return { ghash: toBlock(share), length }
  }

  /** What {@link GcmNative.seal} made of `length` bytes, taken apart; the tag is wiped out. */
  const opened = (sealed: Bytes, length: number, mask: Bytes): Piece => {
    const tag = sealed.subarray(length)
    const share = unmask(tag, lengthBlock(0, length), fromBlock(mask), length)
    tag.fill(0)
    return { output: sealed.subarray(0, length), share }
  }

  const authenticate = async (ciphertext: Bytes): Promise<GcmShare> => {
    const { length } = ciphertext
    if (length === 0) return EMPTY_SHARE
    const tag = await native.gmac(ciphertext)
    return unmask(tag, lengthBlock(length, 0), native.tagMask, length)
  }

  const decrypt: Record<Decipher, (offset: number, ciphertext: Bytes) => Promise<Bytes>> = {
    ctr: (offset, ciphertext) => native.keyStream(offset, ciphertext),
    gcm: (offset, ciphertext) =>
      native.seal(offset, ciphertext).then((sealed) => {
        sealed.fill(0, ciphertext.length) // a tag of the plaintext, which nobody needs
        return sealed.subarray(0, ciphertext.length)
      }),
  }

  return {
    authenticate,

    seal(offset, plaintext, mask) {
      const { length } = plaintext
      const sealing = native.seal(offset, plaintext)
      const endMask = maskAtEnd(plaintext, sealing)
      const piece = Promise.all([sealing, mask()]).then(([sealed, before]) =>
        opened(sealed, length, before),
      )
      return { piece, endMask }
    },

    ctrThenGmac(offset, plaintext) {
      const encrypted = native.keyStream(offset, plaintext)
      const piece = encrypted.then(async (output) => ({
        output,
        share: await authenticate(output),
      }))
      return { piece }
    },

    besideGmac: (decipher) => (offset, ciphertext) => {
      const both = Promise.all([decrypt[decipher](offset, ciphertext), authenticate(ciphertext)])
      return { piece: both.then(([output, share]) => ({ output, share })) }
    },

    thenGcm: (decipher) => (offset, ciphertext, mask) => {
      const { length } = ciphertext
      const decrypting = decrypt[decipher](offset, ciphertext)
      const endMask = maskAtEnd(ciphertext, decrypting)
      const piece = Promise.all([decrypting, mask()]).then(async ([output, before]) => {
        const again = await native.seal(offset, output)
        const { share } = opened(again, length, before)
        release(again)
        return { output, share }
      })
      return { piece, endMask }
    },
  }
}
