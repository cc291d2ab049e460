// SPDX-License-Identifier: Apache-2.0
/**
 * The packages, and what each of them lets in: as their package.json says.
 *
 * @module
 */

import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'

export const ROOT = fileURLToPath(new URL('../..', import.meta.url))

type Target = string | Readonly<Record<string, string>>

/** The members of a package.json that are read here. */
export interface Manifest {
  readonly name: string
  readonly version: string
  readonly license?: string
  readonly description?: string
  readonly repository?: { readonly url: string; readonly directory: string }
  readonly type?: string
  readonly engines?: { readonly node?: string }
  readonly files?: readonly string[]
  readonly exports: Readonly<Record<string, Target>>
}

/** A package of this repository. */
export interface Package {
  readonly folder: string
  readonly manifest: Manifest
}

export const packages: readonly Package[] = readdirSync(join(ROOT, 'packages'), {
  withFileTypes: true,
})
  .filter((entry) => entry.isDirectory())
  .map(({ name }) => {
    const folder = join(ROOT, 'packages', name)
    const manifest = JSON.parse(readFileSync(join(folder, 'package.json'), 'utf8')) as Manifest
    return { folder, manifest }
  })

/** Keys of the entry points of a package. */
export function entryPoints({ manifest }: Package): string[] {
  return Object.keys(manifest.exports).filter((key) => key !== './package.json')
}
