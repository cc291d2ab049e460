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

/** A command and its arguments, run in the peer's folder. */
export type Command = readonly [string, ...string[]]

/** What `peer.json` holds, one or several. */
interface PeerFile {
  readonly name: string
  /** What it is, for people. */
  readonly title: string
  /** Commands that must be there. */
  readonly needs: readonly string[]
  /** Debian's packages that bring them, where they can be installed. */
  readonly apt?: readonly string[]
  /** Installs what the manifest names and builds. Rows of one folder share it. */
  readonly install?: readonly Command[]
  readonly run: Command
  /** Commitment policies that the client knows, the strictest last. */
  readonly policies: readonly Commitment[]
  /** Demands the context of objects under the oldest KMS wrapping, which others ignore or refuse. */
  readonly needsLegacyKmsContext?: true
}

export interface PeerRow extends PeerFile {
  /** Absolute path. */
  readonly folder: string
}

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
