// SPDX-License-Identifier: Apache-2.0
// Other versions of Node.js, and Bun, as npm packages in a private folder: each is a program without
// an install script.

import { execFileSync } from 'node:child_process'
import { existsSync, mkdirSync, writeFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'

const folder = join(dirname(fileURLToPath(import.meta.url)), '..', '.cache', 'engines')
const platform = `${process.platform}-${process.arch}`

/** By name; the version is part of the folder, so that another one is another folder. */
const engines = {
  'node-20': { package: `node-${platform}`, version: '20.20.2', program: 'bin/node' },
  'node-22': { package: `node-${platform}`, version: '22.23.3', program: 'bin/node' },
  'node-24': { package: `node-${platform}`, version: '24.21.0', program: 'bin/node' },
  'node-26': { package: `node-${platform}`, version: '26.10.0', program: 'bin/node' },
  bun: { package: `@oven/bun-${platform}`, version: '1.4.5', program: 'bin/bun' },
}

/**
 * Path of an engine's program, which is installed if it is missing.
 *
 * @param {keyof typeof engines} name
 */
export function findEngine(name) {
  const { package: source, version, program } = engines[name]
  const home = join(folder, `${name}-${version}`)
  const path = join(home, 'node_modules', source, program)
  if (!existsSync(path)) {
    mkdirSync(home, { recursive: true })
    writeFileSync(join(home, 'package.json'), '{"private":true}')
    const flags = ['--ignore-scripts', '--no-audit', '--no-fund', '--loglevel=error']
    execFileSync('npm', ['install', ...flags, `${source}@${version}`], {
      cwd: home,
      stdio: ['ignore', 'ignore', 'inherit'],
      shell: process.platform === 'win32',
    })
  }
  return path
}
