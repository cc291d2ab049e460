// SPDX-License-Identifier: Apache-2.0
/**
 * The packages as JSR gets them: sources, and a jsr.json beside each.
 *
 * @module
 */

import { cpSync, existsSync, mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { basename, join } from 'node:path'
import { packages, ROOT, type Package } from './entry-points.ts'

interface JsrManifest {
  readonly name: string
  readonly version: string
  readonly exports: Readonly<Record<string, string>>
}

const isForJsr = ({ folder }: Package) => existsSync(join(folder, 'jsr.json'))

/** Those that have a jsr.json, with it. */
export const jsrPackages: readonly (Package & { jsr: JsrManifest })[] = packages
  .filter(isForJsr)
  .map((entry) => ({
    ...entry,
    jsr: JSON.parse(readFileSync(join(entry.folder, 'jsr.json'), 'utf8')) as JsrManifest,
  }))

/** A workspace of Deno's with them, where `@s3-cse/core` means the one beside. */
export function layOutForJsr(): string {
  const workspace = join(ROOT, '.cache', 'jsr')
  rmSync(workspace, { recursive: true, force: true })
  for (const { folder } of jsrPackages) {
    const target = join(workspace, basename(folder))
    mkdirSync(target, { recursive: true })
    for (const name of ['src', 'jsr.json', 'README.md']) {
      cpSync(join(folder, name), join(target, name), { recursive: true })
    }
  }
  const members = jsrPackages.map(({ folder }) => `./${basename(folder)}`)
  const config = { workspace: members, nodeModulesDir: 'none' }
  writeFileSync(join(workspace, 'deno.json'), JSON.stringify(config))
  return workspace
}
