// SPDX-License-Identifier: Apache-2.0
/**
 * The runtimes that are measured, of pinned versions, each installed by npm.
 *
 * @module
 */

import { execFileSync, spawn } from 'node:child_process'
import { buffer } from 'node:stream/consumers'
import { fileURLToPath } from 'node:url'

/** A runtime of JavaScript. */
export interface Runtime {
  /** As shown. */
  readonly name: string
  /** Package of npm that holds it. */
  readonly spec: string
  /** Arguments before the program. */
  readonly flags: readonly string[]
}

const root = fileURLToPath(new URL('..', import.meta.url))
const node = (spec: string, flags: readonly string[] = []): Runtime => ({
  name: `Node.js ${spec.split('.')[0] ?? ''}`,
  spec: `node@${spec}`,
  flags,
})

/** By the names of the command line. */
export const runtimes: Readonly<Record<string, Runtime>> = {
  node20: node('20.20.2', ['--import', 'tsx']), // it does not read TypeScript itself
  node24: node('24.21.0'),
  node26: node('26.10.0'),
  deno: {
    name: 'Deno',
    spec: 'deno@2.9.6',
    flags: ['run', '--no-check', '--no-lock', '--allow-all', '--node-modules-dir=manual'],
  },
  bun: { name: 'Bun', spec: 'bun@1.4.5', flags: ['run'] },
}

const EXECUTABLE = {
  node: ['-p', 'process.execPath'],
  deno: ['eval', 'console.log(Deno.execPath())'],
  bun: ['-e', 'console.log(process.execPath)'],
} as const

const executables = new Map<string, string>()

/** The program of a runtime, installed if need be. */
function executable({ spec }: Runtime): string {
  const known = executables.get(spec)
  if (known !== undefined) return known
  const [name = ''] = spec.split('@')
  const print = EXECUTABLE[name as keyof typeof EXECUTABLE]
  const args = ['--yes', '--package', spec, '--', name, ...print]
  const stdio = ['ignore', 'pipe', 'inherit'] as const
  const path = execFileSync('npx', args, { encoding: 'utf8', stdio: [...stdio] }).trim()
  executables.set(spec, path)
  return path
}

/** A process of a runtime. */
export function start(runtime: Runtime, program: string, job: unknown) {
  const path = fileURLToPath(new URL(program, import.meta.url))
  const args = [...runtime.flags, path, JSON.stringify(job)]
  return spawn(executable(runtime), args, { cwd: root, stdio: ['ignore', 'pipe', 'inherit'] })
}

/** Runs a program of this folder in a runtime, and gives what it answers. */
export async function run<T>(runtime: Runtime, program: string, job: unknown): Promise<T> {
  const child = start(runtime, program, job)
  const output = (await buffer(child.stdout)).toString()
  if (output === '') throw new Error(`${runtime.name}: ${program} gave no results`)
  return JSON.parse(output) as T
}
