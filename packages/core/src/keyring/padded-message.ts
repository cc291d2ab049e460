// SPDX-License-Identifier: Apache-2.0
/**
 * The data key at the end of an RSA block, whatever stands before it, found in constant time: no
 * branch and no memory address depends on the block.
 *
 * @module
 */

import type { Bytes } from '../bytes.ts'

/** A byte of ones if a condition holds, else zero: a condition that can be calculated with. */
export type Mask = number

/** Longest data key. */
const LONGEST = 32 // bytes

/** All ones if the byte is zero, else zero. */
export const isZeroByte = (byte: number): Mask => (byte - 1) >> 8

/** `a` if `mask` is all ones, `b` if it is zero. */
export const select = (mask: Mask, a: number, b: number): number => (a & mask) | (b & ~mask)

/** How a block is laid out: padding from an offset on, one separator, the message. */
export interface BlockLayout {
  /** Offset of the padding. */
  readonly start: number
  /** Byte between padding and message. */
  readonly separator: number
  /** All ones if a byte may stand in the padding. */
  readonly isPadding: (byte: number) => Mask
}

/** A message that may be there. */
export interface MessageInBlock {
  /** All ones if the block is laid out as it must, with a message of an allowed length. */
  readonly valid: Mask
  /** Bytes of the message; zero if not valid. */
  readonly length: number
}

/**
 * Whether a block ends in a separator and a message of one of the lengths. At most one of them can
 * fit: the first byte that is no padding decides.
 */
export function findMessage(
  block: Uint8Array,
  { start, separator, isPadding }: BlockLayout,
  lengths: readonly number[],
): MessageInBlock {
  let valid: Mask = 0
  let found = 0
  for (const length of lengths) {
    const end = block.length - length - 1
    let fits: Mask = end < start ? 0 : -1
    for (let i = start; i < end; i++) fits &= isPadding(block[i] as number)
    fits &= isZeroByte((block[end] as number) ^ separator)
    valid |= fits
    found |= fits & length
  }
  return { valid, length: found }
}

/** Copies into `target` the last bytes of the block, where `mask` is all ones. Both have 32 bytes. */
export function copyMessage(target: Uint8Array, block: Uint8Array, mask: Mask): void {
  const offset = block.length - LONGEST
  for (let i = 0; i < LONGEST; i++) {
    target[i] = select(mask, block[offset + i] as number, target[i] as number)
  }
}

/** A buffer for {@link copyMessage}. */
export function newMessage(): Bytes {
  return new Uint8Array(LONGEST)
}
