// SPDX-License-Identifier: Apache-2.0
/**
 * As much XML as S3's documents need: elements and text, no attributes, no mixed content.
 *
 * @module
 */

import { s3Error } from './errors.ts'

export type XmlValue =
  | string
  | number
  | boolean
  | undefined
  | readonly XmlValue[]
  | { readonly [name: string]: XmlValue }

const entities: Readonly<Record<string, string>> = {
  '&': '&amp;',
  '<': '&lt;',
  '>': '&gt;',
  '"': '&quot;',
  '\r': '&#13;',
  '\n': '&#10;',
}

/** A document; an array repeats its element, `undefined` leaves it out. */
export function writeXml(root: string, value: XmlValue): string {
  const namespace = root === 'Error' ? '' : ' xmlns="http://s3.amazonaws.com/doc/2006-03-01/"'
  const document = element(root, value).replace(/>/, `${namespace}>`)
  return `<?xml version="1.0" encoding="UTF-8"?>\n${document}`
}

function element(name: string, value: XmlValue): string {
  if (value === undefined) return ''
  if (isList(value)) return value.map((item) => element(name, item)).join('')
  const content =
    typeof value === 'object'
      ? Object.entries(value)
          .map(([child, of]) => element(child, of))
          .join('')
      : String(value).replace(/[&<>"\r\n]/g, (character) => entities[character] ?? character)
  return `<${name}>${content}</${name}>`
}

// Array.isArray does not narrow a union with readonly arrays.
function isList(value: XmlValue): value is readonly XmlValue[] {
  return Array.isArray(value)
}

export interface XmlElement {
  readonly name: string
  readonly children: XmlElement[]
  text: string
}

/** @throws `MalformedXML`, also if the root is another one. */
export function readXml(document: string, root: string): XmlElement {
  const top: XmlElement = { name: '', children: [], text: '' }
  const open = [top]
  let position = 0
  for (const match of document.matchAll(/([^<]*)<(?:\?[^>]*\?|(\/?)([\w:.-]+)[^>]*?(\/?))>/g)) {
    const [all, text = '', closing = '', name = '', empty = ''] = match
    if (match.index !== position) break
    position += all.length
    const current = open.at(-1)
    if (current === undefined) break
    current.text += text.replace(/&(#?\w+);/g, decodeEntity)
    if (name === '') continue
    if (closing !== '') {
      if (open.pop()?.name !== name) throw s3Error('MalformedXML')
      continue
    }
    const child: XmlElement = { name, children: [], text: '' }
    current.children.push(child)
    if (empty === '') open.push(child)
  }
  const [child, ...more] = top.children
  const complete = open.length === 1 && document.slice(position).trim() === ''
  if (!complete || child?.name !== root || more.length > 0) throw s3Error('MalformedXML')
  return child
}

function decodeEntity(entity: string, name: string): string {
  if (name.startsWith('#x')) return String.fromCodePoint(parseInt(name.slice(2), 16))
  if (name.startsWith('#')) return String.fromCodePoint(parseInt(name.slice(1), 10))
  const [character] = Object.entries(entities).find(([, written]) => written === entity) ?? []
  return character ?? (name === 'apos' ? "'" : entity)
}

export function childrenOf({ children }: XmlElement, name: string): XmlElement[] {
  return children.filter((child) => child.name === name)
}

export function textOf(parent: XmlElement, name: string): string | undefined {
  return childrenOf(parent, name)[0]?.text
}
