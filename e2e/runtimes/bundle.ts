// SPDX-License-Identifier: Apache-2.0
/**
 * The suite as each runtime loads it. Node.js, Deno and Bun import the packages themselves; browsers
 * and workers get what a bundler makes of them.
 *
 * @module
 */

import { fileURLToPath } from 'node:url'
import { build, type BuildOptions } from 'esbuild'

/** Within the repository, so that imports of packages resolve. */
export const OUTPUT = fileURLToPath(new URL('../../.cache/runtimes/suite/', import.meta.url))

const entry = (name: string) => fileURLToPath(new URL(`./entries/${name}.ts`, import.meta.url))

const common = {
  bundle: true,
  format: 'esm',
  target: 'es2022',
  outExtension: { '.js': '.mjs' },
  logLevel: 'error',
} as const satisfies BuildOptions

const builds: readonly BuildOptions[] = [
  { entryPoints: [entry('node'), entry('deno')], platform: 'node', packages: 'external' },
  { entryPoints: [entry('browser')], platform: 'browser' },
  // As wrangler does it.
  {
    entryPoints: [entry('worker')],
    platform: 'browser',
    conditions: ['workerd', 'worker', 'browser'],
    minifyIdentifiers: false,
  },
  {
    entryPoints: [entry('worker-node')],
    platform: 'node',
    mainFields: ['module', 'main'],
    conditions: ['module'],
    external: ['node:*'],
  },
]

/** Bundles for all runtimes. */
export async function bundleSuite(): Promise<void> {
  await Promise.all(builds.map((options) => build({ ...common, outdir: OUTPUT, ...options })))
}
