// SPDX-License-Identifier: Apache-2.0
/**
 * The packages as a stranger gets them: packed, and installed by npm outside of this repository. One
 * installation serves all projects, since each would hold the same.
 *
 * @module
 */

import { execFile } from 'node:child_process'
import { cp, mkdtemp, readFile, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { ROOT } from '../scripts/packages/entry-points.ts'
import { packAll } from '../scripts/packages/pack.ts'

const run = promisify(execFile)

/** What the projects are built with, besides what this repository has. */
const TOOLS = {
  next: '16.4.6',
  react: '19.3.1',
  'react-dom': '19.3.1',
  webpack: '5.112.2',
  'webpack-cli': '7.3.1',
}

/** Tools that have the same version here and there. */
const SHARED_TOOLS = ['@types/node', 'esbuild', 'typescript', 'vite']

/** Packs, installs and copies the projects. @returns the folder that holds them. */
export async function installProjects(): Promise<string> {
  const folder = await mkdtemp(join(tmpdir(), 'consumers-'))
  const packed = [...packAll()].map(([name, path]) => [name, `file:${path}`] as const)
  const { devDependencies } = JSON.parse(await readFile(join(ROOT, 'package.json'), 'utf8')) as {
    devDependencies: Record<string, string>
  }
  const shared = SHARED_TOOLS.map((name) => [name, devDependencies[name] ?? ''] as const)
  await writeFile(
    join(folder, 'package.json'),
    JSON.stringify({
      private: true,
      type: 'module',
      dependencies: Object.fromEntries([...packed, ...shared, ...Object.entries(TOOLS)]) as object,
    }),
  )
  const flags = ['--ignore-scripts', '--no-audit', '--no-fund', '--loglevel=error']
  await run('npm', ['install', ...flags], {
    cwd: folder,
    shell: process.platform === 'win32',
  })
  await cp(join(ROOT, 'consumers/projects'), folder, { recursive: true })
  return folder
}
