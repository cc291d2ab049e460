// SPDX-License-Identifier: Apache-2.0
/**
 * Takes the version of package.json over to wherever else it stands.
 *
 * @module
 */

import { readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { packages, ROOT } from './entry-points.ts'
import { jsrPackages } from './jsr.ts'

function replace(path: string, pattern: RegExp, replacement: string): void {
  const text = readFileSync(path, 'utf8')
  if (!pattern.test(text)) throw new Error(`${path}: no version was found`)
  writeFileSync(path, text.replaceAll(pattern, replacement))
}

const [{ manifest } = { manifest: { version: '' } }] = packages
const { version } = manifest
for (const { folder } of jsrPackages) {
  const path = join(folder, 'jsr.json')
  replace(path, /"version": "[^"]+"/g, `"version": "${version}"`)
  const text = readFileSync(path, 'utf8')
  writeFileSync(path, text.replaceAll(/(jsr:@s3-cse\/[a-z]+@\^)[^"]+/g, `$1${version}`))
}
replace(
  join(ROOT, 'packages', 'client', 'src', 'version.ts'),
  /VERSION = '[^']+'/g,
  `VERSION = '${version}'`,
)
