// SPDX-License-Identifier: Apache-2.0
/**
 * The peers: each folder below `peers/` says in its `peer.json` what it runs, and what that needs. What a
 * peer cannot do is in `impossible.ts`.
 *
 * @module
 */

import { existsSync, readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import type { Commitment } from './protocol.ts'
import type { Command, Installable } from './toolchains.ts'

/** One that takes part; rows of one folder share what the first of them installs. */
export interface PeerRow extends Installable {
  /** What it is, for people. */
  readonly title: string
  readonly run: Command
  /** Commitment policies that the client knows, the strictest last. */
  readonly policies: readonly Commitment[]
  /** Demands the context of objects under the oldest KMS wrapping, which others ignore or refuse. */
  readonly needsLegacyKmsContext?: true
}

/** What `peer.json` holds, one or several. */
type PeerFile = Omit<PeerRow, 'folder'>

const root = fileURLToPath(new URL('peers/', import.meta.url))

function peersIn(folder: string): PeerRow[] {
  const file = join(folder, 'peer.json')
  if (!existsSync(file)) return []
  const rows = JSON.parse(readFileSync(file, 'utf8')) as PeerFile | PeerFile[]
  return [rows].flat().map((row) => ({ ...row, folder }))
}

export const peers: readonly PeerRow[] = readdirSync(root)
  .sort()
  .flatMap((name) => peersIn(join(root, name)))
