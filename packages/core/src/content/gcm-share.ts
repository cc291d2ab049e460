// SPDX-License-Identifier: Apache-2.0
/**
 * The state of a GCM tag in the making: what a run of ciphertext contributes to it, wherever the
 * run stands. Shares of neighbours merge in any grouping, so pieces of one object are encrypted and
 * authenticated in any order, by anyone who has the key, and are put together at the end.
 *
 * GHASH (NIST SP 800-38D, section 6.4) is a polynomial in the hash key H: for blocks X1 to Xm it is
 * X1·H^m + ... + Xm·H. The share is that sum times H, which is the place the blocks take when the
 * block of the lengths follows them:
 *
 *     share(X1..Xm) = X1·H^(m+1) + ... + Xm·H^2
 *     share(A || B) = share(A)·H^blocks(B) + share(B)
 *
 * @module
 */

import { equalConstantTime, type Bytes } from '../bytes.ts'
import { add, fromBlock, multiply, power, toBlock, type FieldElement } from './gf128.ts'

const BLOCK = 16 // bytes

/**
 * What a run of ciphertext contributes to the tag. Plain data, that can be cloned and stored.
 *
 * It is secret: a share and the ciphertext it belongs to betray the hash key, with which content
 * can be altered and still pass as authentic. Store it as you would store a key, or encrypted.
 */
export interface GcmShare {
  /** 16 bytes: the share as a block, in the bit order of NIST SP 800-38D. */
  readonly ghash: Bytes
  /** Bytes of ciphertext. */
  readonly length: number
}

/** Whether two shares are of the same ciphertext, in constant time. */
export const sameShare = (a: GcmShare, b: GcmShare): boolean =>
  a.length === b.length && equalConstantTime(a.ghash, b.ghash)

/** Share of no ciphertext: merging it changes nothing. */
export const EMPTY_SHARE: GcmShare = { ghash: new Uint8Array(BLOCK), length: 0 }

/**
 * Share of `first` and then `second`. Associative, not commutative.
 *
 * @param hashKey - H, the encryption of the zero block.
 * @throws `RangeError` if bytes follow a run that does not end on a block boundary.
 */
export function mergeShares(hashKey: FieldElement, first: GcmShare, second: GcmShare): GcmShare {
  if (second.length === 0) return first
  if (first.length % BLOCK !== 0) {
    throw new RangeError(
      `share: only the last one may cover part of a block, got ${first.length} bytes before others`,
    )
  }
  if (first.length === 0) return second
  const blocks = Math.ceil(second.length / BLOCK)
  const moved = multiply(fromBlock(first.ghash), power(hashKey, blocks))
  return {
    ghash: toBlock(add(moved, fromBlock(second.ghash))),
    length: first.length + second.length,
  }
}

/**
 * Share of bytes, block by block. Meant for the few of the AAD; ciphertext is hashed natively.
 *
 * @param bytes - padded with zeros to whole blocks, as NIST SP 800-38D, section 7.1, pads the AAD.
 * @returns a share whose length includes the padding.
 */
export function shareOfPadded(hashKey: FieldElement, bytes: Uint8Array): GcmShare {
  const hashKeySquared = multiply(hashKey, hashKey)
  let share = EMPTY_SHARE
  for (let offset = 0; offset < bytes.length; offset += BLOCK) {
    const block = new Uint8Array(BLOCK)
    block.set(bytes.subarray(offset, offset + BLOCK))
    const ghash = toBlock(multiply(fromBlock(block), hashKeySquared))
    share = mergeShares(hashKey, share, { ghash, length: BLOCK })
  }
  return share
}
