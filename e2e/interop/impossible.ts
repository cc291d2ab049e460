// SPDX-License-Identifier: Apache-2.0
/**
 * What clients and servers cannot do, and why. A cell that matches a row is run all the same, once for
 * each kind of object, and fails when it works: then the row is out of date.
 *
 * @module
 */

import type { Cell } from './cells.ts'
import type { Shape } from './objects.ts'
import { OURS } from './ours.ts'
import type { Wrapping } from './protocol.ts'

/** What a client is asked to do. */
export type Role = 'write' | 'read' | 'read a range' | 're-encrypt' | 'delete'

/** What is known about the object and the request. */
export type Facts = Partial<Shape> & {
  readonly server?: string
  readonly range?: string
  /** Of an instruction file, if it is not the usual one. */
  readonly suffix?: string | undefined
  /** After re-encryption. */
  readonly newWrapping?: Wrapping
}

interface Impossible {
  readonly peers: readonly string[]
  readonly role: Role
  /** Each fact named must be known and be one of the values. */
  readonly when: { readonly [Fact in keyof Facts]?: readonly Facts[Fact][] }
  readonly reason: string
  /** It works at times, for reasons of timing within the client. */
  readonly sometimes?: true
}

/** Why something fails, and whether it always does. */
export type Obstacle = Pick<Impossible, 'reason' | 'sometimes'>

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
const ALL_BUT_MALFORMED = [
  'bytes=0-15',
  'bytes=10-20',
  'bytes=16-31',
  'bytes=10-100',
  'bytes=40-',
  'bytes=190-300',
  'bytes=199-199',
  'bytes=200-205',
  'bytes=240-250',
]
const NOT_AT_THE_START = ALL_BUT_MALFORMED.filter((range) => range !== 'bytes=0-15')
const NOT_EMPTY = [
  ...ALL_BUT_MALFORMED.filter((range) => range !== 'bytes=200-205'),
  'bytes=100-50',
]
const NOT_COMMITTING = ['java-v3', 'java-sdk-v1', 'java-sdk-v1-v2', 'go-v1', 'aioboto3', 'ruby']

const rows: readonly Impossible[] = [
  {
    peers: [OURS],
    role: 'write',
    when: { wrapping: ['AESWrap', 'RSA/ECB/OAEPWithSHA-256AndMGF1Padding'] },
    reason: 'no reader needs it: read only, on purpose',
  },
  {
    peers: [OURS],
    role: 'write',
    when: { suite: ['cbc'], upload: ['parts'] },
    reason: 'parts of AES-CBC depend on each other: refused, where upload() does it',
  },
  {
    peers: NOT_COMMITTING,
    role: 'write',
    when: { suite: ['committing'] },
    reason: 'knows no key commitment',
  },
  {
    peers: NOT_COMMITTING,
    role: 'read',
    when: { suite: ['committing'] },
    reason: 'knows no key commitment',
  },
  {
    peers: ['go-v3'],
    role: 'write',
    when: { suite: ['committing'] },
    reason: 'key commitment is read only: a version for the transition',
  },
  {
    peers: ['go-v1', 'go-v3', 'go-v4', 'python-v4'],
    role: 'write',
    when: { wrapping: RAW_WRAPPINGS },
    reason: 'has no raw keyrings',
  },
  {
    peers: ['go-v1', 'go-v3', 'go-v4', 'python-v4'],
    role: 'read',
    when: { wrapping: RAW_WRAPPINGS },
    reason: 'has no raw keyrings',
  },
  {
    peers: ['java-v4', 'java-v3', 'java-sdk-v1-v2', 'go-v3', 'go-v4', 'python-v4'],
    role: 'write',
    when: { wrapping: LEGACY_WRAPPINGS },
    reason: 'legacy wrapping is read only',
  },
  {
    peers: ['java-sdk-v1'],
    role: 'write',
    when: { wrapping: CURRENT_WRAPPINGS },
    reason: 'writes the legacy wrapping algorithms only',
  },
  {
    peers: ['aioboto3'],
    role: 'write',
    when: { wrapping: ['kms+context'] },
    reason: 'writes the wrapping kms only',
  },
  {
    peers: ['aioboto3', 'ruby'],
    role: 'write',
    when: { wrapping: ['AESWrap', 'RSA/ECB/OAEPWithSHA-256AndMGF1Padding'] },
    reason: 'does not know this wrapping',
  },
  {
    peers: ['aioboto3'],
    role: 'write',
    when: { wrapping: ['AES/GCM', 'RSA-OAEP-SHA1'] },
    reason: 'does not know this wrapping',
  },
  {
    peers: ['aioboto3'],
    role: 'read',
    when: { wrapping: ['AES/GCM', 'RSA-OAEP-SHA1'] },
    reason: 'does not know this wrapping',
  },
  {
    peers: ['ruby'],
    role: 'write',
    when: { wrapping: ['kms'], suite: ['gcm'] },
    reason: 'writes the wrapping kms with AES-CBC only',
  },
  {
    peers: ['go-v3', 'go-v4', 'python-v4'],
    role: 'write',
    when: { storage: ['instruction'] },
    reason: 'instruction files are read only',
  },
  {
    peers: ['aioboto3'],
    role: 'write',
    when: { storage: ['instruction'] },
    reason: 'knows no instruction files',
  },
  {
    peers: ['aioboto3'],
    role: 'read',
    when: { storage: ['instruction'] },
    reason: 'knows no instruction files',
  },
  {
    peers: ['aioboto3', 'ruby'],
    role: 'write',
    when: { wrapping: ['kms'], context: ['ASCII', 'non-ASCII'] },
    reason: 'takes no encryption context with the wrapping kms',
  },
  {
    peers: ['java-v4', 'java-v3', 'java-sdk-v1', 'java-sdk-v1-v2'],
    role: 'write',
    when: { context: ['non-ASCII'], storage: ['metadata'] },
    reason:
      'the AWS SDKs for Java sign non-ASCII metadata in another encoding than they send it in',
  },
  {
    peers: ['python-v4'],
    role: 'write',
    when: { context: ['non-ASCII'] },
    reason: 'refuses an encryption context that is not ASCII',
  },
  {
    peers: ['python-v4'],
    role: 'read',
    when: { wrapping: ['kms+context'], context: ['non-ASCII'] },
    reason: 'refuses an encryption context that is not ASCII',
  },
  {
    peers: ['go-v1', 'go-v3', 'go-v4', 'aioboto3', 'ruby'],
    role: 'write',
    when: { upload: MANY_PARTS },
    reason: 'has no multipart uploads',
  },
  {
    peers: ['python-v4'],
    role: 'write',
    when: { upload: ['parallel parts'] },
    reason: 'uploads parts one after the other',
  },
  {
    peers: ['go-v1', 'go-v3', 'go-v4', 'python-v4', 'ruby'],
    role: 'read a range',
    when: {},
    reason: 'reads no ranges',
  },
  {
    peers: ['java-sdk-v1', 'java-sdk-v1-v2'],
    role: 'read a range',
    when: { range: ['bytes=-40', '10-20'] },
    reason: 'takes two numbers for a range',
  },
  {
    peers: ['java-v4', 'java-v3'],
    role: 'read a range',
    when: { range: NOT_AT_THE_START },
    reason:
      'loses bytes when the first piece of the response is shorter than what is to be skipped',
    sometimes: true,
  },
  {
    peers: ['aioboto3'],
    role: 'read a range',
    when: { range: ['bytes=-40', '10-20'] },
    reason: 'knows no other form of range',
  },
  {
    peers: ['aioboto3'],
    role: 'read a range',
    when: { suite: ['cbc'], range: ALL_BUT_MALFORMED },
    reason: 'gives all of an AES-CBC object for a range',
  },
  {
    peers: ['aioboto3'],
    role: 'read a range',
    when: { suite: ['gcm'], range: NOT_EMPTY },
    reason: 'loses the last byte of a range, and more beyond the first 256 bytes',
  },
  {
    peers: ['go-v1', 'aioboto3'],
    role: 'delete',
    when: {},
    reason: 'has no deletion of its own',
  },
  {
    peers: ['ruby'],
    role: 'delete',
    when: {},
    reason: 'leaves the instruction file',
  },
  {
    peers: ['go-v1', 'go-v3', 'go-v4', 'python-v4', 'aioboto3', 'ruby'],
    role: 're-encrypt',
    when: {},
    reason: 'does not re-encrypt',
  },
]

/** Why a client cannot do something, if it cannot. */
export function impossible(peer: string, role: Role, facts: Facts): Obstacle | undefined {
  const holds = ([fact, values]: [string, readonly unknown[]]) =>
    values.includes(facts[fact as keyof Facts])
  return rows.find(
    (row) =>
      row.peers.includes(peer) &&
      row.role === role &&
      (Object.entries(row.when) as [string, readonly unknown[]][]).every(holds),
  )
}

/** Why an object cannot go from its writer to its reader, if it cannot. */
export function impossibility(cell: Cell): Obstacle | undefined {
  return impossible(cell.writer, 'write', cell) ?? impossible(cell.reader, 'read', cell)
}
