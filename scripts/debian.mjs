// SPDX-License-Identifier: Apache-2.0
// Packages of the distribution, where it is one of Debian's kind and we may install.

import { spawnSync } from 'node:child_process'
import { existsSync } from 'node:fs'

/** @param {string[]} packages */
export function installFromDebian(...packages) {
  if (!existsSync('/usr/bin/apt-get')) return
  const sudo = process.getuid?.() === 0 ? [] : ['sudo', '-n']
  const apt = (...args) => {
    const [command, ...rest] = [...sudo, 'apt-get', '-o', 'DPkg::Lock::Timeout=300', ...args]
    spawnSync(command, rest, {
      stdio: 'inherit',
      timeout: 600_000,
      env: { ...process.env, DEBIAN_FRONTEND: 'noninteractive' },
    })
  }
  apt('update')
  apt('install', '-y', '--no-install-recommends', ...packages)
}
