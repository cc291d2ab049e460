// SPDX-License-Identifier: Apache-2.0
/**
 * Which peers can take part here, and what it takes to build them.
 *
 * @module
 */

import { spawn, spawnSync } from 'node:child_process'
import { once } from 'node:events'
import { accessSync, constants } from 'node:fs'
import { delimiter, join } from 'node:path'

/** A command and its arguments. */
export type Command = readonly [string, ...string[]]

/** What may have to be installed before it runs. */
export interface Installable {
  readonly name: string
  /** Where its commands run: an absolute path. */
  readonly folder: string
  /** Commands that must be there. */
  readonly needs: readonly string[]
  /** Debian's packages that bring them, where they can be installed. */
  readonly apt?: readonly string[]
  /** Installs what the manifest names and builds. */
  readonly install?: readonly Command[]
}

/** Where packages of the distribution can be installed: those that are missing are. */
export async function installPackages(rows: readonly Installable[]): Promise<void> {
  const installed = (name: string) =>
    spawnSync('dpkg', ['--status', name], { stdio: 'ignore' }).status === 0
  const missing = rows.flatMap(({ apt = [] }) => apt).filter((name) => !installed(name))
  if (missing.length === 0 || !isCommand('apt-get') || process.getuid?.() !== 0) return
  await run(['apt-get', 'update', '--quiet'])
  await run(['apt-get', 'install', '--yes', '--no-install-recommends', ...missing])
}

/** The commands that it needs and that are not there. */
export const missingCommands = ({ needs }: Installable): string[] =>
  needs.filter((name) => !isCommand(name))

function isCommand(name: string): boolean {
  return (process.env['PATH'] ?? '').split(delimiter).some((folder) => {
    try {
      accessSync(join(folder, name), constants.X_OK)
      return true
    } catch {
      return false
    }
  })
}

/** Installs what the manifests name, and builds. */
export async function build(rows: readonly Installable[]): Promise<void> {
  for (const { name, folder, install = [] } of rows) {
    for (const command of install) {
      console.log(`${name}: ${command.join(' ')}`)
      await run(command, folder)
    }
  }
}

async function run([command, ...args]: Command, cwd?: string): Promise<void> {
  const child = spawn(command, args, { cwd, stdio: ['ignore', 'inherit', 'inherit'] })
  const [status] = (await once(child, 'exit')) as [number | null]
  if (status !== 0) throw new Error(`${command} ended with ${status ?? 'a signal'}`)
}
