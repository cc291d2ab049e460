// SPDX-License-Identifier: Apache-2.0
/**
 * Which peers can take part here, and what it takes to build them.
 *
 * @module
 */

import { spawn, spawnSync } from 'node:child_process'
import { once } from 'node:events'
import { folderOf } from './peer.ts'
import type { Command, PeerRow } from './peers.ts'

export interface Detected {
  readonly present: readonly PeerRow[]
  readonly missing: readonly PeerRow[]
}

export function detect(rows: readonly PeerRow[]): Detected {
  const works = ([command, ...args]: Command) =>
    spawnSync(command, args, { stdio: 'ignore' }).status === 0
  const present = rows.filter((row) => works(row.toolchain))
  return { present, missing: rows.filter((row) => !present.includes(row)) }
}

/** Installs and builds, each folder once. */
export async function build(rows: readonly PeerRow[]): Promise<void> {
  const byFolder = new Map(rows.map((row) => [row.folder, row]))
  for (const row of byFolder.values()) {
    for (const command of row.build) {
      console.log(`${row.folder}: ${command.join(' ')}`)
      await run(command, folderOf(row))
    }
  }
}

async function run([command, ...args]: Command, cwd: string): Promise<void> {
  const child = spawn(command, args, { cwd, stdio: ['ignore', 'inherit', 'inherit'] })
  const [status] = (await once(child, 'exit')) as [number | null]
  if (status !== 0) throw new Error(`${command} ended with ${status ?? 'a signal'} in ${cwd}`)
}
