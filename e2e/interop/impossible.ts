// SPDX-License-Identifier: Apache-2.0
/**
 * What clients and servers cannot do, and why. A cell that matches a row is run all the same, once for
 * each kind of object, and fails when it works: then the row is out of date.
 *
 * @module
 */

import type { Cell } from './cells.ts'
import { OURS } from './ours.ts'

interface Impossible {
  readonly peers: readonly string[]
  readonly as: 'writer' | 'reader'
  /** All of the values named must be those of the cell. */
  readonly when: { readonly [Dimension in keyof Cell]?: readonly Cell[Dimension][] }
  readonly reason: string
}

const LEGACY_WRAPPINGS = [
  'kms',
  'AESWrap',
  'AES',
  'RSA/ECB/OAEPWithSHA-256AndMGF1Padding',
  'RSA',
] as const
const CURRENT_WRAPPINGS = ['kms+context', 'AES/GCM', 'RSA-OAEP-SHA1'] as const

const rows: readonly Impossible[] = [
  {
    peers: [OURS],
    as: 'writer',
    when: { wrapping: ['AESWrap', 'RSA/ECB/OAEPWithSHA-256AndMGF1Padding'] },
    reason: 'no reader needs it: read only, on purpose',
  },
  {
    peers: [OURS],
    as: 'writer',
    when: { suite: ['cbc'], upload: ['parts'] },
    reason: 'parts of AES-CBC depend on each other: refused, where upload() does it',
  },
  {
    peers: ['java-v4', 'java-v3', 'java-sdk-v1', 'java-sdk-v1-v2'],
    as: 'writer',
    when: { context: ['non-ASCII'], storage: ['metadata'] },
    reason:
      'the AWS SDKs for Java sign non-ASCII metadata in another encoding than they send it in',
  },
  {
    peers: ['java-v4', 'java-v3', 'java-sdk-v1-v2'],
    as: 'writer',
    when: { wrapping: LEGACY_WRAPPINGS },
    reason: 'legacy wrapping is read only',
  },
  {
    peers: ['java-v3', 'java-sdk-v1', 'java-sdk-v1-v2'],
    as: 'writer',
    when: { suite: ['committing'] },
    reason: 'knows no key commitment',
  },
  {
    peers: ['java-v3', 'java-sdk-v1', 'java-sdk-v1-v2'],
    as: 'reader',
    when: { suite: ['committing'] },
    reason: 'knows no key commitment',
  },
  {
    peers: ['java-sdk-v1'],
    as: 'writer',
    when: { wrapping: CURRENT_WRAPPINGS },
    reason: 'knows the legacy wrapping algorithms only',
  },
]

const dimensions = (row: Impossible) => Object.entries(row.when) as [keyof Cell, unknown[]][]

/** The row that makes a cell impossible, if there is one. */
export function impossibility(cell: Cell): Impossible | undefined {
  return rows.find(
    (row) =>
      row.peers.includes(cell[row.as]) &&
      dimensions(row).every(([dimension, values]) => values.includes(cell[dimension])),
  )
}
