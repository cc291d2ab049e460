// SPDX-License-Identifier: Apache-2.0
// Programs that come with the distribution only: browsers of other engines, and a display for one of
// them that has no headless mode.

import { existsSync, readdirSync } from 'node:fs'
import { join } from 'node:path'
import { installFromDebian } from './debian.mjs'

const LIBRARIES = '/usr/lib'
const miniBrowsers = () =>
  existsSync(LIBRARIES)
    ? readdirSync(LIBRARIES).map((name) => join(LIBRARIES, name, 'webkit2gtk-4.1', 'MiniBrowser'))
    : []

/** By the package of Debian that brings it. */
const candidates = {
  'firefox-esr': () => [process.env.FIREFOX_PATH, '/usr/bin/firefox-esr', '/usr/bin/firefox'],
  'libwebkit2gtk-4.1-0': () => [process.env.MINIBROWSER_PATH, ...miniBrowsers()],
  xvfb: () => ['/usr/bin/Xvfb'],
}

const find = (name) => candidates[name]().find((path) => path && existsSync(path))

/**
 * Paths of the programs of these packages, which are installed if any is missing.
 *
 * @param {(keyof typeof candidates)[]} packages
 * @returns {string[]}
 */
export function findPrograms(...packages) {
  const missing = packages.filter((name) => find(name) === undefined)
  if (missing.length > 0) installFromDebian(...missing)
  return packages.map((name) => {
    const path = find(name)
    if (path === undefined) throw new Error(`${name} is missing and could not be installed.`)
    return path
  })
}
