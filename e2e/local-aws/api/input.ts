// SPDX-License-Identifier: Apache-2.0
/**
 * Members of a JSON request, read by type.
 *
 * @module
 */

import { apiError } from './errors.ts'

export type Input = Readonly<Record<string, unknown>>

function invalid(name: string, must: string): Error {
  return apiError('ValidationException', `1 validation error detected: '${name}' must ${must}`)
}

function isRecord(value: unknown): value is Input {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}

/** @throws `SerializationException` */
export function parseInput(body: string): Input {
  try {
    const value: unknown = JSON.parse(body === '' ? '{}' : body)
    if (isRecord(value)) return value
  } catch {
    // Not JSON at all is as bad as JSON of another shape.
  }
  throw apiError('SerializationException')
}

export function optionalText(input: Input, name: string): string | undefined {
  const value = input[name]
  if (value === undefined || value === null) return undefined
  if (typeof value !== 'string') throw apiError('SerializationException')
  return value
}

export function text(input: Input, name: string): string {
  const value = optionalText(input, name)
  if (value === undefined || value === '') throw invalid(name, 'not be null')
  return value
}

/** A member that may only have one of these values; the first is the default. */
export function choice<T extends string>(
  input: Input,
  name: string,
  choices: readonly [T, ...T[]],
): T {
  const value = optionalText(input, name) ?? choices[0]
  const found = choices.find((known) => known === value)
  if (found === undefined) throw invalid(name, `satisfy enum value set: [${choices.join(', ')}]`)
  return found
}

export function integer(
  input: Input,
  name: string,
  { least, most, missing }: { least: number; most: number; missing?: number },
): number {
  const value = input[name] ?? missing
  if (typeof value === 'number' && Number.isInteger(value) && value >= least && value <= most) {
    return value
  }
  throw invalid(name, `be between ${least} and ${most}`)
}

export function bytes(
  input: Input,
  name: string,
  { least, most }: { least: number; most: number },
): Buffer {
  const value = Buffer.from(text(input, name), 'base64')
  if (value.length < least || value.length > most) {
    throw invalid(name, `have length between ${least} and ${most}`)
  }
  return value
}

/** Strings to strings; nothing is the same as an empty one. */
export function encryptionContext(
  input: Input,
  name = 'EncryptionContext',
): Record<string, string> {
  const value = input[name] ?? {}
  if (!isRecord(value)) throw apiError('SerializationException')
  const pairs = Object.entries(value)
  if (!pairs.every((pair): pair is [string, string] => typeof pair[1] === 'string')) {
    throw apiError('SerializationException')
  }
  return Object.fromEntries(pairs)
}
