// SPDX-License-Identifier: Apache-2.0
/**
 * Measures in the page itself, without a debugger attached: that would slow uploads down many times.
 *
 * @module
 */

import type { BenchConfig } from '../config.ts'
import { checksums } from './checksums.ts'
import { compare, type Comparison } from './compare.ts'
import { engine } from './engine.ts'
import { responsiveness } from './responsiveness.ts'
import { transfers } from './transfers.ts'

const config = (await (await fetch('/config')).json()) as BenchConfig
const log = document.getElementById('log')
const results: Comparison[] = []
try {
  for (const [name, suite] of Object.entries({ checksums, engine, transfers, responsiveness })) {
    if (!config.suites.includes(name)) continue
    for await (const result of suite(config, compare)) {
      results.push(result)
      log?.append(`${JSON.stringify(result)}\n`)
      await report({ progress: result.name })
    }
  }
  await report({ agent: navigator.userAgent, results })
} catch (error) {
  await report({ error: String((error as Error).stack ?? error) })
}

function report(body: object): Promise<Response> {
  return fetch('/report', { method: 'POST', body: JSON.stringify(body) })
}
