// SPDX-License-Identifier: Apache-2.0
/**
 * Measures in Chromium, and in Firefox where there is one, and writes `docs/performance-browser.md`.
 *
 *     npm run bench:browser               # all rounds
 *     npm run bench:browser -- --rounds 1 # a look
 *
 * @module
 */

import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { existsSync, mkdtempSync, writeFileSync } from 'node:fs'
import { rm } from 'node:fs/promises'
import type { IncomingMessage, ServerResponse } from 'node:http'
import { availableParallelism, tmpdir } from 'node:os'
import { join } from 'node:path'
import { json } from 'node:stream/consumers'
import { fileURLToPath } from 'node:url'
import { parseArgs } from 'node:util'
import { BUCKET, openAccount } from '../../e2e/account.ts'
import { servePage } from '../../e2e/browser/serve-page.ts'
import type { BenchConfig } from './config.ts'
import type { Comparison } from './page/compare.ts'
import { toMarkdown } from './report.ts'

interface ChromiumScript {
  readonly findChromium: () => Promise<string>
}

export interface BrowserResults {
  readonly agent: string
  readonly results: readonly Comparison[]
}

type Report = BrowserResults | { readonly progress: string } | { readonly error: string }

const script = new URL('../../scripts/chromium.mjs', import.meta.url).href
const { findChromium } = (await import(script)) as ChromiumScript
const MINUTES_AT_MOST = 10

const { values } = parseArgs({
  options: {
    rounds: { type: 'string', default: '5' },
    suites: { type: 'string', default: 'checksums,engine,transfers,responsiveness' },
  },
})
const account = await openAccount()
const config: BenchConfig = {
  rounds: Number(values.rounds),
  cores: availableParallelism(),
  s3Config: account.s3Config,
  bucket: BUCKET,
  suites: values.suites.split(','),
}

let tell: (report: Report) => void = () => undefined
const page = await servePage({
  root: fileURLToPath(new URL('page', import.meta.url)),
  answer(request: IncomingMessage, response: ServerResponse) {
    if (request.url === '/config') {
      response.setHeader('content-type', 'application/json')
      response.end(JSON.stringify(config))
    } else if (request.url === '/report') {
      void json(request).then((report) => {
        response.end()
        tell(report as Report)
      })
    } else return false
    return true
  },
})

/** Lets a browser open the page, and waits for what the page reports. */
async function measure(command: string, args: readonly string[]): Promise<BrowserResults> {
  const browser = spawn(command, [...args, page.url], { stdio: 'ignore' })
  let timer: NodeJS.Timeout | undefined
  try {
    return await new Promise<BrowserResults>((resolve, reject) => {
      timer = setTimeout(() => {
        reject(new Error(`${command} took more than ${MINUTES_AT_MOST} minutes.`))
      }, MINUTES_AT_MOST * 60_000)
      browser.once('error', reject)
      tell = (report) => {
        if ('results' in report) resolve(report)
        else if ('error' in report) reject(new Error(report.error))
        else console.log(`  ${report.progress}`)
      }
    })
  } finally {
    clearTimeout(timer)
    const ended = once(browser, 'exit')
    if (browser.exitCode === null && browser.kill()) await ended
  }
}

const profile = mkdtempSync(join(tmpdir(), 'bench-profile-'))
const chromiumFlags = [
  '--headless=new',
  '--no-sandbox',
  '--disable-gpu',
  '--disable-background-networking',
  '--disable-component-update',
  '--disable-sync',
  '--no-first-run',
  `--user-data-dir=${join(profile, 'chromium')}`,
]
const browsers = [
  { command: await findChromium(), args: chromiumFlags },
  {
    command: process.env['FIREFOX_PATH'] ?? '/usr/bin/firefox-esr',
    args: ['--headless', '--no-remote', '--profile', profile],
  },
]

try {
  const measured: BrowserResults[] = []
  for (const { command, args } of browsers.filter(({ command }) => existsSync(command))) {
    console.log(command)
    measured.push(await measure(command, args))
  }
  const document = fileURLToPath(new URL('../../docs/performance-browser.md', import.meta.url))
  writeFileSync(document, toMarkdown(measured, config))
  console.log(`Wrote ${document}`)
} finally {
  await page.stop()
  await account.stop()
  await rm(profile, { recursive: true, force: true, maxRetries: 5 })
}
