// SPDX-License-Identifier: Apache-2.0
/**
 * How a runtime is started, so that it loads the suite and finds the collector.
 *
 * @module
 */

import { spawn, type ChildProcess, type StdioOptions } from 'node:child_process'
import { writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { OUTPUT } from './bundle.ts'
import { firstLine, startWorkerd } from './workerd.ts'

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
export function workerd(suite: string, flags: readonly string[]): Launcher {
  return async ({ origin, folder }) => {
    const { child, url } = await startWorkerd(join(OUTPUT, `${suite}.mjs`), folder, flags)
    // It answers when all is done; how it goes is told to the collector.
    fetch(url, { method: 'POST', body: origin }).catch(() => undefined)
    return [child]
  }
}
