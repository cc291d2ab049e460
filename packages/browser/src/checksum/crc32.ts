// SPDX-License-Identifier: Apache-2.0
/**
 * CRC-32, sixteen bytes at a time. The SDK's own for browsers takes one at a time, and is what an upload
 * of a page then spends most of its time with.
 *
 * @module
 */

const POLYNOMIAL = 0xedb88320 // of IEEE 802.3, bits reversed
const SLICES = 16

/** Row s, column b, at `256 * s + b`: the CRC of byte b and s zero bytes after it. */
const TABLE = /* @__PURE__ */ makeTable()

function makeTable(): Int32Array {
  const table = new Int32Array(256 * SLICES)
  for (let byte = 0; byte < 256; byte++) {
    let crc = byte
    for (let bit = 0; bit < 8; bit++) crc = crc & 1 ? POLYNOMIAL ^ (crc >>> 1) : crc >>> 1
    table[byte] = crc
  }
  for (let i = 256; i < table.length; i++) {
    const before = table[i - 256] as number
    table[i] = (before >>> 8) ^ (table[before & 255] as number)
  }
  return table
}

const b = (bytes: Uint8Array, i: number): number => bytes[i] as number
/** Row and byte of the table. */
const t = (row: number, byte: number): number => TABLE[256 * row + byte] as number

/**
 * CRC-32 of what came before and `bytes`.
 *
 * @param crc - of what came before; 0 if that is nothing.
 * @returns an unsigned number of 32 bits.
 */
export function crc32(crc: number, bytes: Uint8Array): number {
  const whole = bytes.length - (bytes.length % SLICES)
  let c = ~crc
  let i = 0
  // Written out: a loop over the sixteen would take twice as long.
  for (; i < whole; i += SLICES) {
    c =
      t(15, b(bytes, i) ^ (c & 255)) ^
      t(14, b(bytes, i + 1) ^ ((c >>> 8) & 255)) ^
      t(13, b(bytes, i + 2) ^ ((c >>> 16) & 255)) ^
      t(12, b(bytes, i + 3) ^ (c >>> 24)) ^
      t(11, b(bytes, i + 4)) ^
      t(10, b(bytes, i + 5)) ^
      t(9, b(bytes, i + 6)) ^
      t(8, b(bytes, i + 7)) ^
      t(7, b(bytes, i + 8)) ^
      t(6, b(bytes, i + 9)) ^
      t(5, b(bytes, i + 10)) ^
      t(4, b(bytes, i + 11)) ^
      t(3, b(bytes, i + 12)) ^
      t(2, b(bytes, i + 13)) ^
      t(1, b(bytes, i + 14)) ^
      t(0, b(bytes, i + 15))
  }
  for (; i < bytes.length; i++) c = t(0, (c ^ b(bytes, i)) & 255) ^ (c >>> 8)
  return ~c >>> 0
}
