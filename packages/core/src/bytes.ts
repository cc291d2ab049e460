// SPDX-License-Identifier: Apache-2.0
/**
 * Byte strings: the few operations on them that the platform lacks.
 *
 * @module
 */

/** Bytes that WebCrypto accepts: a view of an ordinary buffer, never of shared memory. */
export type Bytes = Uint8Array<ArrayBuffer>

const encoder = new TextEncoder()
const decoder = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true })

/** UTF-8 bytes of a string. */
export function utf8(text: string): Bytes {
  return encoder.encode(text)
}

/**
 * String of UTF-8 bytes.
 *
 * @throws `TypeError` if the bytes are not UTF-8.
 */
export function fromUtf8(bytes: Uint8Array): string {
  return decoder.decode(bytes)
}

/** One byte string after the other. */
export function concat(...parts: readonly Uint8Array[]): Bytes {
  const joined = new Uint8Array(parts.reduce((length, part) => length + part.length, 0))
  let offset = 0
  for (const part of parts) {
    joined.set(part, offset)
    offset += part.length
  }
  return joined
}

/** The same memory as a type that WebCrypto accepts; a copy only where the memory is shared. */
export function asBytes(view: ArrayBufferView): Bytes {
  const { buffer, byteOffset, byteLength } = view
  return buffer instanceof ArrayBuffer
    ? new Uint8Array(buffer, byteOffset, byteLength)
    : new Uint8Array(new Uint8Array(buffer, byteOffset, byteLength))
}

/** Whether two byte strings are equal, in a time that depends on their lengths alone. */
export function equalConstantTime(a: Uint8Array, b: Uint8Array): boolean {
  if (a.length !== b.length) return false
  let difference = 0
  for (let i = 0; i < a.length; i++) difference |= (a[i] as number) ^ (b[i] as number)
  return difference === 0
}

/** Whether every byte is zero, in a time that depends on the length alone. */
export function isZero(bytes: Uint8Array): boolean {
  return bytes.reduce((bits, byte) => bits | byte, 0) === 0
}

/** Random bytes from the platform's generator. */
export function randomBytes(length: number): Bytes {
  return crypto.getRandomValues(new Uint8Array(length))
}

// String.fromCharCode takes its bytes as arguments, of which engines allow some ten thousands.
const ARGUMENTS = 8192

/** Base64 of RFC 4648, section 4: standard alphabet, padded, one line. */
export function toBase64(bytes: Uint8Array): string {
  let binary = ''
  for (let i = 0; i < bytes.length; i += ARGUMENTS) {
    binary += String.fromCharCode(...bytes.subarray(i, i + ARGUMENTS))
  }
  return btoa(binary)
}

const BASE64 = /^(?:[A-Za-z0-9+/]{4})*(?:[A-Za-z0-9+/]{2}==|[A-Za-z0-9+/]{3}=)?$/

/**
 * Bytes of padded standard base64.
 *
 * @returns `undefined` for anything else: other alphabets, missing padding, white space.
 */
export function fromBase64(text: string): Bytes | undefined {
  if (!BASE64.test(text)) return undefined
  return Uint8Array.from(atob(text), (character) => character.charCodeAt(0))
}
