// SPDX-License-Identifier: Apache-2.0
/**
 * Bytes as people read them.
 *
 * @module
 */

/** Bytes in hexadecimal, without separators. */
export const toHex = (bytes: Uint8Array): string => Array.from(bytes, byteToHex).join('')

export const byteToHex = (byte: number): string => byte.toString(16).padStart(2, '0')

/** A line of a hex dump. */
export interface HexLine {
  /** Of the first byte. */
  readonly offset: number
  readonly bytes: Uint8Array
  /** Printable ASCII, with a dot in the place of everything else. */
  readonly ascii: string
}

/** Lines of `width` bytes; the last may be shorter. */
export function hexLines(bytes: Uint8Array, width: number): HexLine[] {
  return Array.from({ length: Math.ceil(bytes.length / width) }, (_, line) => {
    const offset = line * width
    const part = bytes.subarray(offset, offset + width)
    return { offset, bytes: part, ascii: Array.from(part, printable).join('') }
  })
}

const printable = (byte: number): string =>
  byte >= 0x20 && byte < 0x7f ? String.fromCharCode(byte) : '.'
