// SPDX-License-Identifier: Apache-2.0
/**
 * String to string maps: encryption contexts, material descriptions and object metadata.
 *
 * @module
 */

import { S3EncryptionError } from './errors.ts'

/** A map from strings to strings. */
export type StringMap = Readonly<Record<string, string>>

/** Whether two maps have the same entries, in any order. */
export function equalMaps(a: StringMap, b: StringMap): boolean {
  const keys = Object.keys(a)
  return (
    keys.length === Object.keys(b).length &&
    keys.every((key) => Object.hasOwn(b, key) && a[key] === b[key])
  )
}

/** The map without some of its keys. */
export function omit(map: StringMap, keys: readonly string[]): StringMap {
  return Object.fromEntries(Object.entries(map).filter(([key]) => !keys.includes(key)))
}

/** The map with its keys in lower case, as S3 keeps the names of user metadata. */
export function lowerCaseKeys(map: StringMap): StringMap {
  return Object.fromEntries(Object.entries(map).map(([key, value]) => [key.toLowerCase(), value]))
}

/**
 * JSON of a map in pure ASCII. Characters beyond it become `\uXXXX` escapes, so that the value
 * travels in a header and every JSON reader gets the same string back. So does what other clients
 * would take for the beginning of an RFC 2047 encoded word, and decode.
 */
export function toAsciiJson(map: StringMap): string {
  return JSON.stringify(map)
    .replaceAll('=?', '=\\u003f')
    .replace(
      /[\u007f-\uffff]/g,
      (character) => `\\u${character.charCodeAt(0).toString(16).padStart(4, '0')}`,
    )
}

/**
 * Map of a JSON object whose values are all strings.
 *
 * @param name - metadata key that holds the value, for the message.
 * @throws `S3EncryptionError` with `ERR_ENVELOPE_INVALID` for anything else.
 */
export function parseJsonMap(json: string, name: string): StringMap {
  let value: unknown
  try {
    value = JSON.parse(json)
  } catch {
    value = undefined
  }
  if (!isStringMap(value)) {
    throw new S3EncryptionError(
      'ERR_ENVELOPE_INVALID',
      `${name} is not a JSON object from strings to strings.`,
    )
  }
  return value
}

/** Whether a value is a plain map from strings to strings. */
export function isStringMap(value: unknown): value is StringMap {
  return (
    typeof value === 'object' &&
    value !== null &&
    !Array.isArray(value) &&
    Object.values(value).every((entry) => typeof entry === 'string')
  )
}
