// SPDX-License-Identifier: Apache-2.0
/**
 * S3's double encoding of non-ASCII metadata. A header with raw UTF-8 is taken for Latin-1 by S3 and
 * comes back as RFC 2047 encoded words of the UTF-8 form of those Latin-1 characters.
 *
 * @module
 */

import { fromBase64, fromUtf8, type Bytes } from '../bytes.ts'

// RFC 2047, section 2: =?charset?encoding?text?=
const ENCODED_WORD = /^=\?utf-8\?([bq])\?([^?\s]*)\?=$/i

/** Bytes of a string whose characters are all below U+0100. */
function latin1(text: string): Bytes | undefined {
  const codes = Array.from(text, (character) => character.codePointAt(0) ?? 0)
  return codes.every((code) => code <= 0xff) ? Uint8Array.from(codes) : undefined
}

/** UTF-8 of some bytes, or undefined where they are none. */
function tryUtf8(bytes: Bytes | undefined): string | undefined {
  try {
    return bytes && fromUtf8(bytes)
  } catch {
    return undefined
  }
}

const wordDecoders: Readonly<Record<string, (text: string) => Bytes | undefined>> = {
  b: fromBase64,
  q: (text) => {
    const hex = /=([0-9a-f]{2})/gi
    const unescaped = text.replaceAll('_', ' ').replace(hex, (_, digits: string) => {
      return String.fromCharCode(Number.parseInt(digits, 16))
    })
    return latin1(unescaped)
  },
}

function decodeWord(word: string): string | undefined {
  const [, encoding = '', text = ''] = ENCODED_WORD.exec(word) ?? []
  return tryUtf8(wordDecoders[encoding.toLowerCase()]?.(text))
}

/**
 * The text of a value that is encoded words and nothing else: S3 encodes all of a value or none of it,
 * so that a word within a value, as of a mail's subject, is the writer's own.
 */
function decodeWords(value: string): string {
  // RFC 2047, section 6.2: white space between two encoded words is not part of the text.
  const words = value.split(/\s+/).map(decodeWord)
  return words.includes(undefined) ? value : words.join('')
}

/**
 * The value that a writer sent, whether or not S3 encoded it twice. Pure ASCII comes back as it is,
 * and so does everything that turns out not to be a double encoding.
 */
export function decodeDoubleEncoding(value: string): string {
  const decoded = decodeWords(value)
  return tryUtf8(latin1(decoded)) ?? decoded
}
