// SPDX-License-Identifier: Apache-2.0
/**
 * The header `Content-Metadata`: a map as a list of `[key]:[value]`, since restJson1 binds no map to one
 * header. An entry with a comma or a quotation mark is quoted.
 * Specification: Smithy 2.0, HTTP bindings, httpHeader serialization rules.
 *
 * @module
 */

import { GenericServerError } from './errors.ts'

const ENTRY = /\s*(?:"((?:[^"\\]|\\.)*)"|([^,]*?))\s*(?:,|$)/y
const PAIR = /^\[(.*?)\]:\[(.*)\]$/s

/** @throws `GenericServerError` for an entry that is no pair. */
export function readMetadataList(header = ''): Record<string, string> {
  const text = Buffer.from(header, 'latin1').toString()
  const pairs: [string, string][] = []
  ENTRY.lastIndex = 0
  while (ENTRY.lastIndex < text.length) {
    const [, quoted, plain = ''] = ENTRY.exec(text) ?? malformed(text)
    const entry = quoted?.replace(/\\(.)/gs, '$1') ?? plain
    const [, key = '', value = ''] = PAIR.exec(entry) ?? malformed(entry)
    pairs.push([key, value])
  }
  return Object.fromEntries(pairs)
}

/** The entries of the list. */
export const pairs = (metadata: Readonly<Record<string, string>>): string[] =>
  Object.entries(metadata).map(([key, value]) => `[${key}]:[${value}]`)

export function writeMetadataList(metadata: Readonly<Record<string, string>>): string {
  const list = pairs(metadata).map((entry) =>
    /[",]/.test(entry) ? `"${entry.replace(/["\\]/g, '\\$&')}"` : entry,
  )
  return Buffer.from(list.join(',')).toString('latin1')
}

function malformed(entry: string): never {
  throw new GenericServerError(400, `Malformed metadata list entry: ${entry}`)
}
