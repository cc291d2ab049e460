// SPDX-License-Identifier: Apache-2.0
/**
 * The packages as a stranger gets them: packed, and installed by npm outside of this repository. One
 * installation serves all projects, since each would hold the same.
 *
 * @module
 */

import { execFile } from 'node:child_process'
import { cp, mkdtemp, readdir, readFile, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { promisify } from 'node:util'

const root = fileURLToPath(new URL('..', import.meta.url))
const run = promisify(execFile)
const shell = process.platform === 'win32'

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
  const tarballs = join(folder, 'tarballs')
  const packages = ['-r', '--filter', './packages/*', 'pack', '--pack-destination', tarballs]
  await run('npx', ['--yes', 'pnpm@10.34.9', ...packages], { cwd: root, shell })

  const { devDependencies } = JSON.parse(await readFile(join(root, 'package.json'), 'utf8')) as {
    devDependencies: Record<string, string>
  }
  const packed = (await readdir(tarballs)).map((file) => {
    const name = /^s3-cse-(?<name>[a-z]+)-/.exec(file)?.groups?.['name'] ?? file
    return [`@s3-cse/${name}`, `file:tarballs/${file}`] as const
  })
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
  await run('npm', ['install', ...flags], { cwd: folder, shell })
  await cp(join(root, 'consumers/projects'), folder, { recursive: true })
  return folder
}
