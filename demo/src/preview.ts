// SPDX-License-Identifier: Apache-2.0
/**
 * A look at decrypted content: images, and whatever is text. Never as markup.
 *
 * @module
 */

import type { Plaintext } from './transfer.ts'
import { element } from './ui.ts'

const LONGEST_TEXT = 20_000 // bytes

let shownImage: string | undefined

/** @returns nothing for content that a page cannot show. */
export function preview(plaintext: Plaintext): HTMLElement | undefined {
  if (shownImage !== undefined) URL.revokeObjectURL(shownImage)
  shownImage = undefined
  return plaintext.contentType.startsWith('image/') ? image(plaintext) : text(plaintext)
}

function image({ bytes, contentType }: Plaintext): HTMLElement {
  shownImage = URL.createObjectURL(new Blob([bytes], { type: contentType }))
  return element(
    'figure',
    { class: 'preview' },
    element('img', { src: shownImage, alt: 'The decrypted image' }),
  )
}

function text({ bytes }: Plaintext): HTMLElement | undefined {
  if (bytes.length === 0) return undefined
  const part = bytes.subarray(0, LONGEST_TEXT)
  try {
    // As a stream, so that a character cut at the end is no mistake.
    const decoded = new TextDecoder('utf-8', { fatal: true }).decode(part, { stream: true })
    if (decoded.includes('\0')) return undefined
    const more = bytes.length > part.length ? '\n…' : ''
    return element(
      'pre',
      { class: 'preview', tabindex: '0', role: 'region', 'aria-label': 'Decrypted text' },
      decoded + more,
    )
  } catch {
    return undefined
  }
}
