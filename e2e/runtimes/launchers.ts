// SPDX-License-Identifier: Apache-2.0
/**
 * How a runtime is started, so that it loads the suite and finds the collector.
 *
 * @module
 */

import { spawn, type ChildProcess, type StdioOptions } from 'node:child_process'
import { copyFile, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import type { Readable } from 'node:stream'
import { OUTPUT } from './bundle.ts'

/** Starts a runtime. */
export type Launcher = (place: {
  /** Of the collector. */
  readonly origin: string
  /** For whatever the runtime writes; removed afterwards. */
  readonly folder: string
}) => Promise<ChildProcess[]>

/** What a process says is shown only if it fails. */
function start(
  command: string,
  args: readonly string[],
  { stdio = ['ignore', 'pipe', 'pipe'], env = {} }: { stdio?: StdioOptions; env?: object } = {},
): ChildProcess {
  return spawn(command, args, { stdio, env: { ...process.env, ...env } })
}

/** A runtime that is given a module on its command line. */
export function script(command: () => string, flags: readonly string[], suite: string): Launcher {
  return ({ origin }) =>
    Promise.resolve([start(command(), [...flags, join(OUTPUT, `${suite}.mjs`), origin])])
}

export function chromium(find: () => Promise<string>): Launcher {
  return async ({ origin, folder }) => {
    const flags = [
      '--headless=new',
      '--no-sandbox',
      '--disable-gpu',
      '--disable-background-networking',
      '--disable-component-update',
      '--disable-sync',
      '--no-first-run',
      `--user-data-dir=${folder}`,
    ]
    return [start(await find(), [...flags, origin])]
  }
}

const FIREFOX_PREFERENCES = {
  'app.update.enabled': false,
  'browser.shell.checkDefaultBrowser': false,
  'datareporting.policy.dataSubmissionEnabled': false,
  'network.captive-portal-service.enabled': false,
  'network.connectivity-service.enabled': false,
  'toolkit.telemetry.enabled': false,
}

export function firefox(find: () => string): Launcher {
  return async ({ origin, folder }) => {
    const preferences = Object.entries(FIREFOX_PREFERENCES).map(
      ([name, value]) => `user_pref(${JSON.stringify(name)}, ${JSON.stringify(value)});`,
    )
    await writeFile(join(folder, 'user.js'), preferences.join('\n'))
    const args = ['--headless', '--no-remote', '--profile', folder, origin]
    return [start(find(), args, { env: { HOME: folder } })]
  }
}

/** WebKitGTK's own small browser, on a display of its own. */
export function miniBrowser(find: () => string[]): Launcher {
  return async ({ origin, folder }) => {
    const [browser = '', xvfb = ''] = find()
    const screen = ['-screen', '0', '800x600x24', '-nolisten', 'tcp', '-displayfd', '3']
    const display = start(xvfb, screen, { stdio: ['ignore', 'pipe', 'pipe', 'pipe'] })
    const number = await firstLine(display)
    const env = {
      DISPLAY: `:${number}`,
      HOME: folder,
      XDG_CACHE_HOME: folder,
      XDG_DATA_HOME: folder,
      GDK_BACKEND: 'x11',
      LIBGL_ALWAYS_SOFTWARE: '1',
      WEBKIT_DISABLE_COMPOSITING_MODE: '1',
    }
    return [start(browser, [origin], { env }), display]
  }
}

/** workerd with one worker, which is sent one request. */
export function workerd(find: () => string, suite: string, flags: readonly string[]): Launcher {
  return async ({ origin, folder }) => {
    await copyFile(join(OUTPUT, `${suite}.mjs`), join(folder, 'worker.mjs'))
    const config = join(folder, 'config.capnp')
    await writeFile(config, workerConfig(flags))
    const args = ['serve', config, '--control-fd=3']
    const child = start(find(), args, { stdio: ['ignore', 'pipe', 'pipe', 'pipe'] })
    const { port } = JSON.parse(await firstLine(child)) as { port: number }
    // It answers when all is done; how it goes is told to the collector.
    fetch(`http://127.0.0.1:${port}`, { method: 'POST', body: origin }).catch(() => undefined)
    return [child]
  }
}

const workerConfig = (flags: readonly string[]) => `using Workerd = import "/workerd/workerd.capnp";
const config :Workerd.Config = (
  services = [
    (name = "main", worker = .worker),
    (name = "internet", network = (allow = ["private"])),
  ],
  sockets = [(name = "http", address = "127.0.0.1:0", http = (), service = "main")],
);
const worker :Workerd.Worker = (
  modules = [(name = "worker", esModule = embed "worker.mjs")],
  compatibilityDate = "2026-06-01",
  compatibilityFlags = ${JSON.stringify(flags)},
);
`

/** What a process first says on a pipe that it was given for that. */
async function firstLine({ stdio }: ChildProcess): Promise<string> {
  // Left open: a program that cannot write its next line to it would end.
  const chunks = (stdio[3] as Readable).iterator({ destroyOnReturn: false })
  for await (const chunk of chunks) return String(chunk).trim()
  throw new Error('It ended before it was ready')
}
