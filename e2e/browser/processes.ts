// SPDX-License-Identifier: Apache-2.0
/**
 * Memory of the browser's processes, as Linux counts it.
 *
 * @module
 */

import { readFileSync } from 'node:fs'
import { setTimeout as sleep } from 'node:timers/promises'
import type { Browser } from '@playwright/test'

/** Mebibytes by kind of process, such as `renderer`; several of a kind are added up. */
export type Memory = ReadonlyMap<string, number>

const PERIOD = 200 // milliseconds

/** What the processes have in memory. */
export async function memoryNow(browser: Browser): Promise<Memory> {
  const session = await browser.newBrowserCDPSession()
  const { processInfo } = await session.send('SystemInfo.getProcessInfo')
  await session.detach()
  const memory = new Map<string, number>()
  for (const { type, id } of processInfo) {
    memory.set(type, (memory.get(type) ?? 0) + residentSet(id))
  }
  return memory
}

/** Not the high-water mark that Linux keeps: some kernels that run containers do not. */
function residentSet(pid: number): number {
  try {
    const status = readFileSync(`/proc/${pid}/status`, 'utf8')
    return Number(/^VmRSS:\s*(\d+) kB$/m.exec(status)?.[1] ?? 0) / 1024
  } catch {
    return 0 // it has just ended
  }
}

/** The most that they had at any look while something was going on. */
export async function peakWhile(browser: Browser, work: Promise<unknown>): Promise<Memory> {
  const peaks = new Map<string, number>()
  const state = { going: true }
  const ended = work.finally(() => {
    state.going = false
  })
  ended.catch(() => undefined) // told below
  while (state.going) {
    for (const [kind, size] of await memoryNow(browser)) {
      peaks.set(kind, Math.max(peaks.get(kind) ?? 0, size))
    }
    await sleep(PERIOD)
  }
  await ended
  return peaks
}
