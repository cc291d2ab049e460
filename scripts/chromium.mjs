// SPDX-License-Identifier: Apache-2.0
// Where a Chromium is, and how to get one: Playwright's own download first, the system's package
// where that cannot be had.

import { spawnSync } from 'node:child_process'
import { existsSync } from 'node:fs'
import { createRequire } from 'node:module'
import { dirname, join } from 'node:path'
import { installFromDebian } from './debian.mjs'

const SYSTEM = [
  '/usr/bin/chromium',
  '/usr/bin/chromium-browser',
  '/usr/bin/google-chrome',
  '/Applications/Google Chrome.app/Contents/MacOS/Google Chrome',
]

const quiet = (command, args) => spawnSync(command, args, { stdio: 'ignore' }).status === 0

/** Path of a Chromium that starts, or undefined. */
async function installed() {
  const { chromium } = await import('@playwright/test')
  const candidates = [process.env.CHROMIUM_PATH, chromium.executablePath(), ...SYSTEM]
  return candidates.find((path) => path && existsSync(path) && quiet(path, ['--version']))
}

function downloadWithPlaywright() {
  const require = createRequire(import.meta.url)
  const cli = join(dirname(require.resolve('@playwright/test/package.json')), 'cli.js')
  console.log('Chromium is missing: asking Playwright for it')
  return spawnSync(process.execPath, [cli, 'install', 'chromium'], {
    stdio: 'inherit',
    timeout: 300_000,
  })
}

function installFromDistribution() {
  console.log('Playwright could not download it: trying the package of the distribution')
  installFromDebian('chromium')
}

/**
 * @param {{ install?: boolean }} [options]
 * @returns {Promise<string>} path of the executable
 */
export async function findChromium({ install = false } = {}) {
  for (const get of install
    ? [() => {}, downloadWithPlaywright, installFromDistribution]
    : [() => {}]) {
    get()
    const path = await installed()
    if (path) return path
  }
  throw new Error('No Chromium: install one, or set CHROMIUM_PATH to its executable.')
}
