// SPDX-License-Identifier: Apache-2.0
/**
 * What S3 holds of an object: its envelope and the first bytes of its ciphertext, read by a plain
 * client.
 *
 * @module
 */

import { GetObjectCommand, HeadObjectCommand } from '@aws-sdk/client-s3'
import { envelopeFields, readEnvelope, type Envelope } from '@s3-cse/browser'
import type { Connection } from './connection.ts'
import { explain, type ExplainedField } from './envelope-fields.ts'
import { failureCard } from './failures.ts'
import { count } from './format.ts'
import { byteToHex, hexLines } from './hex.ts'
import { plainClient } from './s3.ts'
import type { ObjectAddress } from './transfer.ts'
import { element } from './ui.ts'

const SHOWN = 256 // bytes

/** An object as it is stored. */
export interface Stored {
  /** Bytes of ciphertext, authentication tag included. */
  readonly length: number
  readonly metadata: Readonly<Record<string, string>>
  /** As many as are shown. */
  readonly firstBytes: Uint8Array
}

/** Reads an object as anybody with access to the bucket could. */
export async function inspect(
  connection: Connection,
  { bucket: Bucket, key: Key }: ObjectAddress,
): Promise<Stored> {
  const client = plainClient(connection)
  const { ContentLength: length = 0, Metadata: metadata = {} } = await client.send(
    new HeadObjectCommand({ Bucket, Key }),
  )
  // No range of an empty object can be asked for.
  if (length === 0) return { length, metadata, firstBytes: new Uint8Array() }
  const { Body } = await client.send(
    new GetObjectCommand({ Bucket, Key, Range: `bytes=0-${SHOWN - 1}` }),
  )
  const firstBytes = (await Body?.transformToByteArray()) ?? new Uint8Array()
  return { length, metadata, firstBytes }
}

/**
 * @param before - what was shown before, to mark what has changed since.
 */
export function storedView(stored: Stored, before?: Stored): HTMLElement[] {
  const fields = envelopeFields(stored.metadata)
  return [
    summary(fields),
    ...(Object.keys(fields).length > 0 ? [envelopeTable(explain(fields))] : []),
    element('h4', {}, 'The content'),
    element('p', { class: 'hint' }, contentHint(stored)),
    hexDump(stored.firstBytes, before?.firstBytes),
  ]
}

function summary(fields: Readonly<Record<string, string>>): HTMLElement {
  try {
    return element('p', {}, describe(readEnvelope(fields)))
  } catch (error) {
    return failureCard('This object has no usable envelope', error)
  }
}

function describe({ format, suite, wrappingAlgorithm }: Envelope): string {
  const commitment = suite.committing ? 'with key commitment' : 'without key commitment'
  return `Message format V${format}: ${suite.cipher} ${commitment}, data key wrapped with ${wrappingAlgorithm.name}. This is the envelope, in the object’s metadata.`
}

/** Roles are spelt out because a narrow screen lays the table out as blocks, which takes them away. */
function envelopeTable(fields: readonly ExplainedField[]): HTMLElement {
  const columns = ['Field', 'Value and meaning']
  return element(
    'table',
    { class: 'envelope', role: 'table', 'aria-label': 'Envelope' },
    element(
      'thead',
      { role: 'rowgroup' },
      element(
        'tr',
        { role: 'row' },
        ...columns.map((name) => element('th', { scope: 'col', role: 'columnheader' }, name)),
      ),
    ),
    element('tbody', { role: 'rowgroup' }, ...fields.map(envelopeRow)),
  )
}

function envelopeRow({ name, value, title, explanation }: ExplainedField): HTMLElement {
  return element(
    'tr',
    { role: 'row' },
    element(
      'th',
      { scope: 'row', role: 'rowheader' },
      element('code', {}, name),
      element('span', { class: 'field-title' }, title),
    ),
    element(
      'td',
      { role: 'cell' },
      element('code', { class: 'value' }, value),
      element('span', { class: 'hint' }, explanation),
    ),
  )
}

function contentHint({ length, firstBytes }: Stored): string {
  const part = length > firstBytes.length ? `The first ${count(firstBytes.length)} of ` : ''
  return `${part}${count(length)} bytes, as S3 returns them to anybody who may read the bucket.`
}

const narrow = matchMedia('(max-width: 40rem)')

function hexDump(bytes: Uint8Array, before?: Uint8Array): HTMLElement {
  const dump = element('pre', {
    class: 'hex',
    tabindex: '0',
    role: 'region',
    'aria-label': 'Hex dump of the stored bytes',
  })
  for (const { offset, bytes: line, ascii } of hexLines(bytes, narrow.matches ? 8 : 16)) {
    dump.append(element('span', { class: 'offset' }, offset.toString(16).padStart(4, '0')), '  ')
    line.forEach((byte, index) => {
      const hex = byteToHex(byte)
      const changed = before !== undefined && before[offset + index] !== byte
      dump.append(changed ? element('mark', { title: 'changed' }, hex) : hex, ' ')
    })
    dump.append(element('span', { class: 'ascii' }, ` ${ascii}`), '\n')
  }
  return dump
}
