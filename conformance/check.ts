// SPDX-License-Identifier: Apache-2.0
/**
 * Checks that every runtime runs. No test framework, no runtime's own interfaces: a runner is a loop.
 *
 * @module
 */

/** One check; it passes unless it throws. */
export interface Check<Library> {
  readonly name: string
  run(library: Library): Promise<void>
}

/** Checks that belong together: a column of the table of runtimes. */
export interface Area<Library> {
  readonly name: string
  /** Whether there is anything to check on this platform. @default everywhere */
  readonly applies?: (library: Library) => boolean
  readonly checks: readonly Check<Library>[]
}

/** Throws with a message unless the condition holds. */
export function assert(condition: boolean, message: string): asserts condition {
  if (!condition) throw new Error(message)
}

/** Throws unless two values have the same JSON, whatever the order of their keys. */
export function assertEqual(actual: unknown, expected: unknown): void {
  const [a, b] = [canonical(actual), canonical(expected)]
  assert(a === b, `expected ${b}, got ${a}`)
}

function canonical(value: unknown): string {
  return JSON.stringify(value, (_, entry: unknown) =>
    typeof entry === 'object' && entry !== null && !Array.isArray(entry)
      ? Object.fromEntries(Object.entries(entry).sort(([a], [b]) => (a < b ? -1 : 1)))
      : entry,
  )
}

const SHOWN = 64 // bytes

/** Throws unless two byte strings are equal; they may be long. */
export function assertBytes(actual: Uint8Array, expected: Uint8Array): void {
  const same = actual.length === expected.length && actual.every((byte, i) => byte === expected[i])
  const show = (bytes: Uint8Array) => `${bytes.length}: ${toHex(bytes.subarray(0, SHOWN))}`
  assert(same, `expected ${show(expected)}, got ${show(actual)}`)
}

/** Throws unless a promise rejects with an error of this code; returns the error. */
export async function assertRejects(promise: Promise<unknown>, code: string): Promise<Error> {
  const error: unknown = await promise.then(
    () => new Error('nothing was thrown'),
    (reason: unknown) => reason,
  )
  const actual = (error as { code?: string }).code ?? String(error)
  assert(error instanceof Error && actual === code, `expected ${code}, got ${actual}`)
  return error
}

/**
 * Bytes of hexadecimal digits, as a view at offset 1 of a larger buffer, so that each vector also tests
 * that views are respected.
 */
export function hex(digits: string): Uint8Array<ArrayBuffer> {
  const view = new Uint8Array(digits.length / 2 + 2).subarray(1, -1)
  view.set((digits.match(/../g) ?? []).map((pair) => Number.parseInt(pair, 16)))
  return view
}

/** Hexadecimal digits of bytes. */
export function toHex(bytes: Uint8Array): string {
  return Array.from(bytes, (byte) => byte.toString(16).padStart(2, '0')).join('')
}

/** Bytes of base64. */
export function base64(text: string): Uint8Array<ArrayBuffer> {
  return Uint8Array.from(atob(text), (character) => character.charCodeAt(0))
}

/** `length` bytes that no block repeats, as a view at offset 1: long content for round trips. */
export function content(length: number): Uint8Array<ArrayBuffer> {
  const bytes = new Uint8Array(length + 2).subarray(1, -1)
  for (let i = 0, word = 1; i < length; i++) {
    word = (Math.imul(word, 1_664_525) + 1_013_904_223) >>> 0
    bytes[i] = word >>> 24
  }
  return bytes
}

/** A copy of bytes with one bit of one byte flipped. */
export function flipped(bytes: Uint8Array, index: number): Uint8Array<ArrayBuffer> {
  const copy = Uint8Array.from(bytes)
  copy[index] = (copy[index] ?? 0) ^ 1
  return copy
}
