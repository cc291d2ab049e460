// SPDX-License-Identifier: Apache-2.0
/**
 * What is done with a project: it is built by a tool of its kind, and run.
 *
 * @module
 */

import { execFile, spawn, type ChildProcess } from 'node:child_process'
import { once } from 'node:events'
import { cp, mkdtemp, readdir, rename, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { basename, dirname, join } from 'node:path'
import { promisify } from 'node:util'
import { chromium } from '@playwright/test'
import { serveFolder } from '../e2e/browser/serve-folder.ts'
import { startWorkerd } from '../e2e/runtimes/workerd.ts'
import { layOutForJsr } from '../scripts/packages/jsr.ts'

/** Where a step works. */
export interface Place {
  /** Holds the projects, and `node_modules`. */
  readonly folder: string
  /** For the project: where S3 and KMS are, and the object to write. */
  readonly account: object
}

/** One thing that is done; rejects if it fails. */
export type Step = (place: Place) => Promise<void>

const MINUTES = 3

const execute = promisify(execFile)

async function run(folder: string, command: string, args: readonly string[], cwd = '.') {
  const env = { ...process.env, NEXT_TELEMETRY_DISABLED: '1', NODE_ENV: 'production' }
  try {
    const options = { cwd: join(folder, cwd), env, timeout: MINUTES * 60_000 }
    await execute(command, args, options)
  } catch (error) {
    const { stdout = '', stderr = '' } = error as { stdout?: string; stderr?: string }
    throw new Error(`${command} ${args[0] ?? ''}: ${stdout}${stderr || String(error)}`, {
      cause: error,
    })
  }
}

/** Runs a program that one of the installed packages brought. */
export function tool(name: string, args: readonly string[], cwd = '.'): Step {
  return ({ folder }) => run(folder, join(folder, 'node_modules/.bin', name), args, cwd)
}

/** Runs a script of a project, which finds its account in its argument. */
export function script(
  command: () => string | readonly [string, ...string[]],
  file: string,
  cwd = '.',
): Step {
  return ({ folder, account }) => {
    const [program, ...args] = [command()].flat() as [string, ...string[]]
    return run(folder, program, [...args, file, JSON.stringify(account)], cwd)
  }
}

/** Puts a file where a tool does not. */
export function copy(from: string, to: string): Step {
  return ({ folder }) => cp(join(folder, from), join(folder, to))
}

/** Runs a project in a workspace of Deno's, in which the packages are laid out as on JSR. */
export function jsr(command: () => readonly [string, ...string[]], project: string): Step {
  return async ({ folder, account }) => {
    const home = await mkdtemp(join(tmpdir(), 'jsr-'))
    try {
      await cp(layOutForJsr(), home, { recursive: true })
      // Unlike `deno publish`, `deno run` reads the same under its own name only.
      for (const file of await readdir(home, { recursive: true })) {
        if (basename(file) !== 'jsr.json') continue
        await rename(join(home, file), join(home, dirname(file), 'deno.json'))
      }
      await cp(join(folder, project), join(home, project), { recursive: true })
      await cp(join(folder, 'round-trip.js'), join(home, 'round-trip.js'))
      await script(command, `${project}/main.js`)({ folder: home, account })
    } finally {
      await rm(home, { recursive: true })
    }
  }
}

/** Opens a built page in Chromium. @param workers - how many dedicated workers it must start. */
export function page(find: () => Promise<string>, built: string, workers: number): Step {
  return async ({ folder, account }) => {
    const served = await serveFolder(join(folder, built))
    const browser = await chromium.launch({ executablePath: await find(), args: ['--no-sandbox'] })
    try {
      const tab = await browser.newPage()
      const complaints: string[] = []
      tab.on('pageerror', ({ message }) => complaints.push(message))
      tab.on('console', (message) => {
        if (message.type() === 'error') complaints.push(message.text())
      })
      let started = 0
      tab.on('worker', () => started++)
      await tab.goto(served.url)
      await tab.waitForFunction(() => 'run' in globalThis).catch(() => undefined)
      const answer = await tab.evaluate(
        (given) => (globalThis as unknown as { run: (of: object) => Promise<string> }).run(given),
        account,
      )
      if (answer !== 'done') throw new Error(answer)
      if (complaints.length > 0) throw new Error(complaints.join('\n'))
      if (started !== workers) throw new Error(`${started} workers started, not ${workers}`)
    } finally {
      await browser.close()
      await served.stop()
    }
  }
}

/** Sends the account to a server that does the round trip when it is asked. */
async function ask(url: string, account: object): Promise<void> {
  const response = await fetch(url, {
    method: 'POST',
    body: JSON.stringify(account),
    signal: AbortSignal.timeout(MINUTES * 60_000),
  })
  const answer = await response.text()
  if (answer !== 'done') throw new Error(answer.slice(0, 2000))
}

/** Runs a built worker in workerd. */
export function workerd(built: string): Step {
  return async ({ folder, account }) => {
    const home = await mkdtemp(join(folder, 'workerd-'))
    const { child, url } = await startWorkerd(join(folder, built), home)
    try {
      await ask(url, account)
    } finally {
      await end(child)
    }
  }
}

/** Runs a Next.js server that was built, and asks its route. */
export function nextServer(project: string, route: string): Step {
  return async ({ folder, account }) => {
    const program = join(folder, 'node_modules/next/dist/bin/next')
    const child = spawn(process.execPath, [program, 'start', '-H', '127.0.0.1', '-p', '0'], {
      cwd: join(folder, project),
      env: { ...process.env, NEXT_TELEMETRY_DISABLED: '1', NODE_ENV: 'production' },
      stdio: ['ignore', 'pipe', 'inherit'],
    })
    try {
      await ask(`${await announced(child)}${route}`, account)
    } finally {
      await end(child)
    }
  }
}

/** The address that a server prints. */
async function announced({ stdout }: ChildProcess): Promise<string> {
  let printed = ''
  for await (const chunk of stdout?.iterator({ destroyOnReturn: false }) ?? []) {
    printed += String(chunk)
    const url = /http:\/\/127\.0\.0\.1:\d+/.exec(printed)
    if (url) return url[0]
  }
  throw new Error(`No address: ${printed}`)
}

async function end(child: ChildProcess): Promise<void> {
  if (child.exitCode !== null || child.signalCode !== null) return
  const gone = once(child, 'exit')
  child.kill('SIGKILL')
  await gone
}
