// SPDX-License-Identifier: Apache-2.0
/**
 * The runtimes: one row each.
 *
 * @module
 */

import { createRequire } from 'node:module'
import type { LocalAccount, Traits } from '../../conformance/library.ts'
import { chromium, firefox, miniBrowser, script, workerd, type Launcher } from './launchers.ts'

interface Scripts {
  readonly findChromium: (options: { install: boolean }) => Promise<string>
  readonly findEngine: (name: string) => string
  readonly findPrograms: (...packages: string[]) => string[]
}

const load = async <Name extends keyof Scripts>(file: string): Promise<Pick<Scripts, Name>> =>
  (await import(new URL(`../../scripts/${file}.mjs`, import.meta.url).href)) as Pick<Scripts, Name>

const { findChromium } = await load<'findChromium'>('chromium')
const { findEngine } = await load<'findEngine'>('engines')
const { findPrograms } = await load<'findPrograms'>('system-browsers')

/** One runtime. */
export interface Runtime {
  readonly name: string
  /** What it loads. */
  readonly packages: string
  readonly traits: Traits
  /** What its users must tell the SDK. */
  readonly s3Config?: Pick<LocalAccount['s3Config'], 'expectContinueHeader'>
  readonly launch: Launcher
}

const server: Traits = { aes192: true, crossOrigin: false, isolated: false }
const browser: Traits = { aes192: true, crossOrigin: true, isolated: false }

const require = createRequire(import.meta.url)
const denoPath = () => require.resolve('deno/bin.cjs')
const denoFlags = ['run', '--no-check', '--no-lock', '--allow-all', '--node-modules-dir=manual']

const nodes = ['20', '22', '24', '26'].map((version): Runtime => ({
  name: `Node.js ${version}`,
  packages: '@s3-cse/node',
  traits: server,
  launch: script(() => findEngine(`node-${version}`), [], 'node'),
}))

export const runtimes: readonly Runtime[] = [
  ...nodes,
  {
    name: 'Deno 2',
    packages: '@s3-cse/deno',
    traits: server,
    launch: script(() => process.execPath, [denoPath(), ...denoFlags], 'deno'),
  },
  {
    name: 'Bun 1',
    packages: '@s3-cse/node',
    traits: server,
    launch: script(() => findEngine('bun'), ['run'], 'node'),
  },
  {
    name: 'workerd, as a browser',
    packages: '@s3-cse/browser, bundled with the conditions of workers',
    traits: server,
    launch: workerd('worker', []),
  },
  {
    name: 'workerd, as Node.js',
    packages: '@s3-cse/node, bundled; nodejs_compat; expectContinueHeader: false',
    traits: server,
    // Its node:http never says that S3 continues: the SDK would wait for 6 seconds.
    s3Config: { expectContinueHeader: false },
    launch: workerd('worker-node', ['nodejs_compat']),
  },
  {
    name: 'Chromium',
    packages: '@s3-cse/browser, bundled; a cross-origin-isolated page',
    traits: { ...browser, aes192: false, isolated: true },
    launch: chromium(() => findChromium({ install: true })),
  },
  {
    name: 'Firefox',
    packages: '@s3-cse/browser, bundled',
    traits: browser,
    launch: firefox(() => findPrograms('firefox-esr')[0] ?? ''),
  },
  {
    name: 'WebKitGTK',
    packages: '@s3-cse/browser, bundled',
    traits: browser,
    launch: miniBrowser(() => findPrograms('libwebkit2gtk-4.1-0', 'xvfb')),
  },
]
