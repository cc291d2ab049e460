// SPDX-License-Identifier: Apache-2.0
// Brings a fresh checkout to the point where everything runs: dependencies, built packages and,
// with --browser, a Chromium. Needs nothing but Node.js and npm. Does nothing that is done already.

import { execFileSync } from 'node:child_process'
import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs'
import { createHash } from 'node:crypto'
import { dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { findChromium } from './chromium.mjs'

const root = dirname(dirname(fileURLToPath(import.meta.url)))
const PNPM = 'pnpm@10.34.9'

const run = (command, args) =>
  execFileSync(command, args, { cwd: root, stdio: 'inherit', shell: process.platform === 'win32' })

const lock = readFileSync(join(root, 'pnpm-lock.yaml'))
const stamp = join(root, 'node_modules', '.cache', 's3-cse-installed')
const digest = createHash('sha256').update(lock).digest('hex')
if (!existsSync(stamp) || readFileSync(stamp, 'utf8') !== digest) {
  run('npx', ['--yes', PNPM, 'install', '--frozen-lockfile'])
  mkdirSync(dirname(stamp), { recursive: true })
  writeFileSync(stamp, digest)
}

run(process.execPath, [join(root, 'node_modules', 'typescript', 'bin', 'tsc'), '-b', 'packages'])

if (process.argv.includes('--browser')) {
  console.log(`Chromium: ${await findChromium({ install: true })}`)
}
