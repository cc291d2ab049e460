// SPDX-License-Identifier: Apache-2.0
/**
 * The packages as they are published.
 *
 * @module
 */

import { execFileSync } from 'node:child_process'
import { mkdirSync, readdirSync, rmSync } from 'node:fs'
import { join } from 'node:path'
import { packages, ROOT } from './entry-points.ts'

const PNPM = 'pnpm@10.34.9'
const folder = join(ROOT, '.cache', 'packed')

/** Paths of fresh tarballs, by the name of the package. */
export function packAll(): Map<string, string> {
  rmSync(folder, { recursive: true, force: true })
  mkdirSync(folder, { recursive: true })
  const args = [
    '--yes',
    PNPM,
    '-r',
    '--filter',
    './packages/*',
    'pack',
    '--pack-destination',
    folder,
  ]
  execFileSync('npx', args, { cwd: ROOT, stdio: 'pipe', shell: process.platform === 'win32' })
  const files = readdirSync(folder)
  return new Map(
    packages.map(({ manifest }) => {
      const stem = manifest.name.replace('@', '').replace('/', '-')
      const file = files.find((name) => name === `${stem}-${manifest.version}.tgz`)
      if (file === undefined) throw new Error(`${manifest.name} was not packed`)
      return [manifest.name, join(folder, file)]
    }),
  )
}
