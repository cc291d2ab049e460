// SPDX-License-Identifier: Apache-2.0
/**
 * The dimensions of the matrix.
 *
 * @module
 */

import type { Commitment, Multipart, Storage, Suite, Wrapping } from './protocol.ts'

const MIB = 2 ** 20

/** Pairs of wrapping and content that the formats know. */
export const formats: readonly { readonly wrapping: Wrapping; readonly suite: Suite }[] = [
  { wrapping: 'kms+context', suite: 'committing' },
  { wrapping: 'AES/GCM', suite: 'committing' },
  { wrapping: 'RSA-OAEP-SHA1', suite: 'committing' },
  { wrapping: 'kms+context', suite: 'gcm' },
  { wrapping: 'AES/GCM', suite: 'gcm' },
  { wrapping: 'RSA-OAEP-SHA1', suite: 'gcm' },
  { wrapping: 'kms', suite: 'gcm' },
  { wrapping: 'AESWrap', suite: 'gcm' },
  { wrapping: 'RSA/ECB/OAEPWithSHA-256AndMGF1Padding', suite: 'gcm' },
  { wrapping: 'kms', suite: 'cbc' },
  { wrapping: 'AES', suite: 'cbc' },
  { wrapping: 'RSA', suite: 'cbc' },
]

export const suiteTitles: Readonly<Record<Suite, string>> = {
  cbc: 'AES-CBC',
  gcm: 'AES-GCM',
  committing: 'AES-GCM with key commitment',
}

export const storages: readonly Storage[] = ['metadata', 'instruction']

export const storageTitles: Readonly<Record<Storage, string>> = {
  metadata: 'object metadata',
  instruction: 'instruction file',
}

/** Bytes: around nothing, around a block, and some blocks. */
export const smallSizes: readonly number[] = [0, 1, 15, 16, 17, 1024]

export const contexts = {
  none: {},
  ASCII: { tenant: '7', purpose: 'interop' },
  'non-ASCII': { Kündin: 'Zoë', ключ: 'значение', 'a"b': '日本 😀' },
} as const satisfies Record<string, Readonly<Record<string, string>>>

export type ContextName = keyof typeof contexts

export type Upload = 'single' | 'parts' | 'parallel parts'

export const uploads: Readonly<Record<Upload, Multipart | undefined>> = {
  single: undefined,
  parts: { partSize: 5 * MIB, parallel: false },
  'parallel parts': { partSize: 5 * MIB, parallel: true },
}

/** Sizes around a part, and of several parts, each with a way to upload it. Bytes. */
export const largeUploads: readonly { readonly size: number; readonly upload: Upload }[] = [
  { size: 5 * MIB - 1, upload: 'single' },
  { size: 5 * MIB, upload: 'parts' },
  { size: 5 * MIB + 1, upload: 'parallel parts' },
  { size: 20 * MIB + 7, upload: 'single' },
  { size: 20 * MIB + 7, upload: 'parts' },
  { size: 20 * MIB + 7, upload: 'parallel parts' },
]

/** One object that one client writes and another one reads. */
export interface Cell {
  readonly writer: string
  readonly reader: string
  readonly server: string
  readonly wrapping: Wrapping
  readonly suite: Suite
  readonly storage: Storage
  readonly context: ContextName
  readonly size: number
  readonly upload: Upload
}

/** The policies under which a client that knows these policies handles objects of a suite. */
export function policyFor(
  suite: Suite,
  use: 'write' | 'read',
  known: readonly Commitment[],
): Commitment {
  const fits = (policy: Commitment) =>
    use === 'write'
      ? (suite === 'committing') === (policy !== 'forbid-allow')
      : suite === 'committing' || policy !== 'require-require'
  return known.filter(fits).at(-1) ?? 'forbid-allow'
}
