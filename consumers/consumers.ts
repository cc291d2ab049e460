// SPDX-License-Identifier: Apache-2.0
/**
 * The consumers: one row each. Every row ends in a round trip.
 *
 * @module
 */

import { createRequire } from 'node:module'
import { copy, jsr, nextServer, page, script, tool, workerd, type Step } from './steps.ts'

/** One consumer. */
export interface Consumer {
  readonly name: string
  readonly steps: readonly Step[]
}

const load = async <Module>(file: string): Promise<Module> =>
  (await import(new URL(`../scripts/${file}.mjs`, import.meta.url).href)) as Module

const { findChromium } = await load<{
  findChromium: (options: { install: boolean }) => Promise<string>
}>('chromium')
const { findEngine } = await load<{ findEngine: (name: string) => string }>('engines')

const browser = () => findChromium({ install: true })
const require = createRequire(import.meta.url)
const deno = (...flags: readonly string[]) =>
  [
    process.execPath,
    require.resolve('deno/bin.cjs'),
    'run',
    '--no-lock',
    '--allow-all',
    ...flags,
  ] as const

const bundle = (entry: string, file: string, ...flags: readonly string[]): Step =>
  tool('esbuild', [entry, '--bundle', '--format=esm', `--outfile=${file}`, ...flags])

const requires = ['22', '24'].map((version): Consumer => ({
  name: `Node.js ${version}, require()`,
  steps: [script(() => findEngine(`node-${version}`), 'node-require/main.cjs')],
}))

const typescript = ['nodenext', 'bundler'].map((resolution): Consumer => ({
  name: `TypeScript, ${resolution}, skipLibCheck: false`,
  steps: [
    tool('tsc', ['-p', `typescript/tsconfig.${resolution}.json`]),
    script(() => process.execPath, `typescript/${resolution}/main.js`),
  ],
}))

export const consumers: readonly Consumer[] = [
  { name: 'Node.js 20, import', steps: [script(() => findEngine('node-20'), 'node/main.js')] },
  ...requires,
  ...typescript,
  { name: 'Bun', steps: [script(() => findEngine('bun'), 'node/main.js')] },
  {
    name: 'Deno, npm',
    steps: [script(() => deno('--node-modules-dir=manual'), 'deno/main.js')],
  },
  { name: 'Deno, JSR layout', steps: [jsr(() => deno(), 'deno')] },
  {
    name: 'Vite',
    steps: [
      tool('vite', ['build', 'page', '--logLevel=warn', '--outDir=vite']),
      page(browser, 'page/vite', 2),
    ],
  },
  {
    name: 'webpack',
    steps: [
      tool('webpack', ['--config=webpack.config.js'], 'page'),
      copy('page/index.html', 'page/webpack/index.html'),
      page(browser, 'page/webpack', 2),
    ],
  },
  {
    name: 'esbuild',
    steps: [
      bundle('page/main.js', 'page/esbuild/main.js'),
      // It leaves `new URL('./worker.js', import.meta.url)` as it is: the worker goes beside the bundle.
      bundle('@s3-cse/browser/worker', 'page/esbuild/worker.js'),
      copy('page/index.html', 'page/esbuild/index.html'),
      page(browser, 'page/esbuild', 2),
    ],
  },
  {
    name: 'Service worker',
    steps: [
      bundle('service-worker/worker.js', 'service-worker/built/worker.js', '--conditions=worker'),
      copy('service-worker/main.js', 'service-worker/built/main.js'),
      copy('page/index.html', 'service-worker/built/index.html'),
      page(browser, 'service-worker/built', 0),
    ],
  },
  {
    name: 'Cloudflare Worker',
    steps: [
      // As wrangler does it.
      bundle(
        'cloudflare-worker/worker.js',
        'cloudflare-worker/built.mjs',
        '--conditions=workerd,worker,browser',
      ),
      workerd('cloudflare-worker/built.mjs'),
    ],
  },
  {
    name: 'Next.js, edge route',
    steps: [tool('next', ['build'], 'next'), nextServer('next', '/round-trip')],
  },
]
