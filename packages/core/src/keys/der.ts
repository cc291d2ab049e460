// SPDX-License-Identifier: Apache-2.0
/**
 * As much of DER (ITU-T X.690) as key files need: values one after the other, both ways.
 *
 * @module
 */

import { concat, type Bytes } from '../bytes.ts'

/** Tags of the types that key files use. */
export const DER = {
  integer: 0x02,
  bitString: 0x03,
  octetString: 0x04,
  null: 0x05,
  objectIdentifier: 0x06,
  sequence: 0x30,
} as const

/** One value. */
export interface DerValue {
  readonly tag: number
  readonly content: Bytes
}

const LONG_FORM = 0x80
const LONGEST_LENGTH = 3 // bytes: keys beyond 16 MiB are not keys

/** One value of the tag, around the contents. */
export function writeDer(tag: number, ...contents: readonly Uint8Array[]): Bytes {
  const content = concat(...contents)
  return concat(Uint8Array.of(tag, ...writeLength(content.length)), content)
}

function writeLength(length: number): number[] {
  if (length < LONG_FORM) return [length]
  const bytes = []
  for (let rest = length; rest > 0; rest >>>= 8) bytes.unshift(rest & 0xff)
  return [LONG_FORM | bytes.length, ...bytes]
}

/**
 * The values that fill `bytes` exactly.
 *
 * @returns `undefined` if they do not.
 */
export function readDer(bytes: Bytes): readonly DerValue[] | undefined {
  const values: DerValue[] = []
  let offset = 0
  while (offset < bytes.length) {
    const header = readHeader(bytes, offset)
    if (header === undefined || header.end > bytes.length) return undefined
    values.push({ tag: header.tag, content: bytes.subarray(header.start, header.end) })
    offset = header.end
  }
  return values
}

function readHeader(bytes: Bytes, offset: number) {
  const [tag, first] = bytes.subarray(offset, offset + 2)
  if (tag === undefined || first === undefined) return undefined
  const body = offset + 2
  if (first < LONG_FORM) return { tag, start: body, end: body + first }
  const size = first - LONG_FORM
  const start = body + size
  if (size === 0 || size > LONGEST_LENGTH || start > bytes.length) return undefined
  const length = bytes.subarray(body, start).reduce((value, byte) => value * 256 + byte, 0)
  return { tag, start, end: start + length }
}
