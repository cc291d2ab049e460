// SPDX-License-Identifier: Apache-2.0
/**
 * One runtime, from its start to its last result.
 *
 * @module
 */

import type { ChildProcess } from 'node:child_process'
import { once } from 'node:events'
import { mkdtemp, readFile, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { BUCKET, KEYS, openAccount } from '../account.ts'
import { OUTPUT } from './bundle.ts'
import { startCollector } from './collector.ts'
import type { Result } from './protocol.ts'
import type { Runtime } from './runtimes.ts'

const LONGEST_RUN = 300_000 // milliseconds

const PAGE =
  '<!doctype html><script src=failed.js></script><script type=module src=suite.js></script>'
const FAILED = `
  const failed = (reason) => fetch('/failed', { method: 'POST', body: JSON.stringify(String(reason)) })
  addEventListener('error', ({ message }) => failed(message))
  addEventListener('unhandledrejection', ({ reason }) => failed(reason))
  addEventListener('securitypolicyviolation', ({ violatedDirective }) => failed(violatedDirective))
`

/** The strictest policy that lets a page reach S3 and KMS. */
const policyFor = (...endpoints: string[]) =>
  `default-src 'self'; connect-src 'self' ${endpoints.join(' ')}`

const ISOLATION = {
  'cross-origin-opener-policy': 'same-origin',
  'cross-origin-embedder-policy': 'require-corp',
}

/** What became of a runtime. */
export interface Run {
  readonly runtime: Runtime
  /** As the runtime says it; undefined if it did not come to its end. */
  readonly version: string | undefined
  readonly results: readonly Result[]
  readonly seconds: number
  /** Why it did not come to its end, and what it said. */
  readonly failure: string | undefined
}

/** Runs the list of checks in a runtime, against a local AWS of its own. */
export async function runIn(runtime: Runtime): Promise<Run> {
  const begun = performance.now()
  const account = await openAccount()
  const s3Config = { ...account.s3Config, ...runtime.s3Config }
  const aws = { s3Config, kmsConfig: account.kmsConfig(), bucket: BUCKET, keyId: KEYS.app }
  const headers = {
    'content-security-policy': policyFor(s3Config.endpoint, aws.kmsConfig.endpoint),
    ...(runtime.traits.isolated ? ISOLATION : {}),
  }
  const script = await readFile(join(OUTPUT, 'browser.mjs'))
  const collector = await startCollector(
    { aws, traits: runtime.traits },
    {
      '/': { type: 'text/html', body: PAGE, headers },
      '/failed.js': { type: 'text/javascript', body: FAILED },
      '/suite.js': { type: 'text/javascript', body: script },
    },
  )
  const folder = await mkdtemp(join(tmpdir(), 'runtime-'))
  const children: ChildProcess[] = []
  const said: string[] = []
  let version: string | undefined
  let failure: string | undefined
  try {
    children.push(...(await runtime.launch({ origin: collector.origin, folder })))
    for (const { stdout, stderr } of children) {
      for (const stream of [stdout, stderr]) stream?.on('data', (chunk) => said.push(String(chunk)))
    }
    ;({ version } = await Promise.race([collector.done, ended(children[0]), tooLate()]))
  } catch (error) {
    failure = `${String(error)}\n${said.join('').slice(-4000)}`
  } finally {
    for (const child of children) await stopped(child)
    await collector.stop()
    await account.stop()
    await rm(folder, { recursive: true, force: true, maxRetries: 10 })
  }
  const seconds = (performance.now() - begun) / 1000
  return { runtime, version, results: collector.results, seconds, failure }
}

async function ended(child: ChildProcess | undefined): Promise<never> {
  if (child === undefined) throw new Error('Nothing was started')
  const [status, signal] = (await once(child, 'exit')) as [number | null, string | null]
  throw new Error(`It ended before its last check: ${status ?? signal}`)
}

async function tooLate(): Promise<never> {
  await new Promise((resolve) => setTimeout(resolve, LONGEST_RUN).unref())
  throw new Error(`It was not finished after ${LONGEST_RUN} ms`)
}

async function stopped(child: ChildProcess): Promise<void> {
  if (child.exitCode !== null || child.signalCode !== null) return
  const exit = once(child, 'exit')
  child.kill('SIGTERM')
  const force = setTimeout(() => child.kill('SIGKILL'), 5000)
  await exit
  clearTimeout(force)
}
