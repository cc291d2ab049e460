// SPDX-License-Identifier: Apache-2.0
/**
 * workerd, the runtime of Cloudflare Workers, with one worker.
 *
 * @module
 */

import { spawn, type ChildProcess } from 'node:child_process'
import { copyFile, writeFile } from 'node:fs/promises'
import { createRequire } from 'node:module'
import { join } from 'node:path'
import type { Readable } from 'node:stream'

// The program itself: the package's launcher passes no pipe on.
const require = createRequire(import.meta.url)
const program = () => (require('workerd') as { default: string }).default

/**
 * Starts one.
 *
 * @param folder - for what it reads; one of its own.
 */
export async function startWorkerd(
  script: string,
  folder: string,
  flags: readonly string[] = [],
): Promise<{ readonly child: ChildProcess; readonly url: string }> {
  await copyFile(script, join(folder, 'worker.mjs'))
  const config = join(folder, 'config.capnp')
  await writeFile(config, workerConfig(flags))
  const args = ['serve', config, '--control-fd=3']
  const child = spawn(program(), args, { stdio: ['ignore', 'pipe', 'pipe', 'pipe'] })
  const { port } = JSON.parse(await firstLine(child)) as { port: number }
  return { child, url: `http://127.0.0.1:${port}` }
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
export async function firstLine({ stdio }: ChildProcess): Promise<string> {
  // Left open: a program that cannot write its next line to it would end.
  const chunks = (stdio[3] as Readable).iterator({ destroyOnReturn: false })
  for await (const chunk of chunks) return String(chunk).trim()
  throw new Error('It ended before it was ready')
}
