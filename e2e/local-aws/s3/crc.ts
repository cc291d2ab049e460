// SPDX-License-Identifier: Apache-2.0
/**
 * Cyclic redundancy checks of up to 64 bits, reflected, with initial value and final XOR all ones:
 * all of S3's.
 *
 * @module
 */

const SLICES = 8 // bytes for each step of the loop

/** The register is kept as two 32-bit halves, since BigInt would be a hundred times slower. */
export class Crc {
  readonly #tables: readonly { readonly low: Uint32Array; readonly high: Uint32Array }[]
  readonly #bits: 32 | 64
  #low = 0xffff_ffff
  #high: number

  constructor(polynomial: bigint, bits: 32 | 64) {
    this.#bits = bits
    this.#high = bits === 64 ? 0xffff_ffff : 0
    this.#tables = tablesOf(polynomial)
  }

  update(data: Uint8Array): void {
    const [t0, t1, t2, t3, t4, t5, t6, t7] = this.#tables as Tuple8
    let low = this.#low
    let high = this.#high
    let i = 0
    for (const end = data.length - SLICES; i <= end; i += SLICES) {
      const a = low ^ word(data, i)
      const b = high ^ word(data, i + 4)
      const [a0, a1, a2, a3] = [a & 255, (a >>> 8) & 255, (a >>> 16) & 255, a >>> 24]
      const [b0, b1, b2, b3] = [b & 255, (b >>> 8) & 255, (b >>> 16) & 255, b >>> 24]
      low = at(t7.low, a0) ^ at(t6.low, a1) ^ at(t5.low, a2) ^ at(t4.low, a3)
      low ^= at(t3.low, b0) ^ at(t2.low, b1) ^ at(t1.low, b2) ^ at(t0.low, b3)
      high = at(t7.high, a0) ^ at(t6.high, a1) ^ at(t5.high, a2) ^ at(t4.high, a3)
      high ^= at(t3.high, b0) ^ at(t2.high, b1) ^ at(t1.high, b2) ^ at(t0.high, b3)
    }
    for (; i < data.length; i++) {
      const index = (low ^ at(data, i)) & 255
      low = ((low >>> 8) | (high << 24)) ^ at(t0.low, index)
      high = (high >>> 8) ^ at(t0.high, index)
    }
    this.#low = low
    this.#high = high
  }

  digest(): Buffer {
    const bytes = Buffer.alloc(8)
    bytes.writeUInt32BE(~this.#high >>> 0)
    bytes.writeUInt32BE(~this.#low >>> 0, 4)
    return bytes.subarray(8 - this.#bits / 8)
  }
}

type Table = { readonly low: Uint32Array; readonly high: Uint32Array }
type Tuple8 = [Table, Table, Table, Table, Table, Table, Table, Table]

const at = (table: Uint32Array | Uint8Array, index: number): number => table[index] as number

const word = (data: Uint8Array, i: number): number =>
  at(data, i) | (at(data, i + 1) << 8) | (at(data, i + 2) << 16) | (at(data, i + 3) << 24)

const made = new Map<bigint, Table[]>()

function tablesOf(polynomial: bigint): Table[] {
  const known = made.get(polynomial)
  if (known !== undefined) return known
  const table = (entries: bigint[]): Table => ({
    low: Uint32Array.from(entries, (entry) => Number(entry & 0xffff_ffffn)),
    high: Uint32Array.from(entries, (entry) => Number(entry >> 32n)),
  })
  const first = Array.from({ length: 256 }, (_, byte) => {
    let entry = BigInt(byte)
    for (let bit = 0; bit < 8; bit++) entry = entry & 1n ? (entry >> 1n) ^ polynomial : entry >> 1n
    return entry
  })
  const tables = [table(first)]
  let previous = first
  while (tables.length < SLICES) {
    previous = previous.map((entry) => (entry >> 8n) ^ (first[Number(entry & 255n)] as bigint))
    tables.push(table(previous))
  }
  made.set(polynomial, tables)
  return tables
}

/** Check of `a` followed by `b`, from the checks of both and the length of `b` in bytes. */
export function combineCrc(polynomial: bigint, a: Buffer, b: Buffer, lengthOfB: number): Buffer {
  const bits = BigInt(a.length * 8)
  const one = 1n << (bits - 1n) // x^0, as the register is reflected

  const multiply = (left: bigint, right: bigint): bigint => {
    let product = 0n
    for (let mask = one, factor = right; mask > 0n; mask >>= 1n) {
      if (left & mask) product ^= factor
      factor = factor & 1n ? (factor >> 1n) ^ polynomial : factor >> 1n
    }
    return product
  }

  // x^(8 * lengthOfB) by repeated squaring.
  let shift = one
  for (let n = BigInt(lengthOfB) * 8n, power = one >> 1n; n > 0n; n >>= 1n) {
    if (n & 1n) shift = multiply(shift, power)
    power = multiply(power, power)
  }
  const combined =
    multiply(shift, BigInt(`0x${a.toString('hex')}`)) ^ BigInt(`0x${b.toString('hex')}`)
  return Buffer.from(combined.toString(16).padStart(a.length * 2, '0'), 'hex')
}
