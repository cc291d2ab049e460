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

const RAW_WRAPPINGS = [
  'AES/GCM',
  'AESWrap',
  'AES',
  'RSA-OAEP-SHA1',
  'RSA/ECB/OAEPWithSHA-256AndMGF1Padding',
  'RSA',
] as const
const MANY_PARTS = ['parts', 'parallel parts'] as const
const NOT_COMMITTING = ['java-v3', 'java-sdk-v1', 'java-sdk-v1-v2', 'go-v1', 'aioboto3', 'ruby']

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
    peers: NOT_COMMITTING,
    as: 'writer',
    when: { suite: ['committing'] },
    reason: 'knows no key commitment',
  },
  {
    peers: NOT_COMMITTING,
    as: 'reader',
    when: { suite: ['committing'] },
    reason: 'knows no key commitment',
  },
  {
    peers: ['go-v3'],
    as: 'writer',
    when: { suite: ['committing'] },
    reason: 'key commitment is read only: a version for the transition',
  },
  {
    peers: ['go-v1', 'go-v3', 'python-v4'],
    as: 'writer',
    when: { wrapping: RAW_WRAPPINGS },
    reason: 'has no raw keyrings',
  },
  {
    peers: ['go-v1', 'go-v3', 'python-v4'],
    as: 'reader',
    when: { wrapping: RAW_WRAPPINGS },
    reason: 'has no raw keyrings',
  },
  {
    peers: ['java-v4', 'java-v3', 'java-sdk-v1-v2', 'go-v3', 'python-v4'],
    as: 'writer',
    when: { wrapping: LEGACY_WRAPPINGS },
    reason: 'legacy wrapping is read only',
  },
  {
    peers: ['java-sdk-v1'],
    as: 'writer',
    when: { wrapping: CURRENT_WRAPPINGS },
    reason: 'writes the legacy wrapping algorithms only',
  },
  {
    peers: ['aioboto3'],
    as: 'writer',
    when: { wrapping: ['kms+context'] },
    reason: 'writes the wrapping kms only',
  },
  {
    peers: ['aioboto3', 'ruby'],
    as: 'writer',
    when: { wrapping: ['AESWrap', 'RSA/ECB/OAEPWithSHA-256AndMGF1Padding'] },
    reason: 'does not know this wrapping',
  },
  {
    peers: ['aioboto3'],
    as: 'writer',
    when: { wrapping: ['AES/GCM', 'RSA-OAEP-SHA1'] },
    reason: 'does not know this wrapping',
  },
  {
    peers: ['aioboto3'],
    as: 'reader',
    when: { wrapping: ['AES/GCM', 'RSA-OAEP-SHA1'] },
    reason: 'does not know this wrapping',
  },
  {
    peers: ['ruby'],
    as: 'writer',
    when: { wrapping: ['kms'], suite: ['gcm'] },
    reason: 'writes the wrapping kms with AES-CBC only',
  },
  {
    peers: ['go-v3', 'python-v4'],
    as: 'writer',
    when: { storage: ['instruction'] },
    reason: 'instruction files are read only',
  },
  {
    peers: ['aioboto3'],
    as: 'writer',
    when: { storage: ['instruction'] },
    reason: 'knows no instruction files',
  },
  {
    peers: ['aioboto3'],
    as: 'reader',
    when: { storage: ['instruction'] },
    reason: 'knows no instruction files',
  },
  {
    peers: ['aioboto3', 'ruby'],
    as: 'writer',
    when: { wrapping: ['kms'], context: ['ASCII', 'non-ASCII'] },
    reason: 'takes no encryption context with the wrapping kms',
  },
  {
    peers: ['java-v4', 'java-v3', 'java-sdk-v1', 'java-sdk-v1-v2'],
    as: 'writer',
    when: { context: ['non-ASCII'], storage: ['metadata'] },
    reason:
      'the AWS SDKs for Java sign non-ASCII metadata in another encoding than they send it in',
  },
  {
    peers: ['python-v4'],
    as: 'writer',
    when: { context: ['non-ASCII'] },
    reason: 'refuses an encryption context that is not ASCII',
  },
  {
    peers: ['python-v4'],
    as: 'reader',
    when: { wrapping: ['kms+context'], context: ['non-ASCII'] },
    reason: 'refuses an encryption context that is not ASCII',
  },
  {
    peers: ['go-v1', 'go-v3', 'aioboto3', 'ruby'],
    as: 'writer',
    when: { upload: MANY_PARTS },
    reason: 'has no multipart uploads',
  },
  {
    peers: ['python-v4'],
    as: 'writer',
    when: { upload: ['parallel parts'] },
    reason: 'uploads parts one after the other',
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
