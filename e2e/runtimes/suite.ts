// SPDX-License-Identifier: Apache-2.0
/**
 * Runs the list of checks within a runtime. Nothing here knows which one.
 *
 * @module
 */

import type { Area, Check } from '../../conformance/check.ts'
import { areas } from '../../conformance/index.ts'
import type { Library } from '../../conformance/library.ts'
import type { Done, Result, Settings } from './protocol.ts'

const LONGEST_CHECK = 60_000 // milliseconds

/**
 * Runs everything and tells the results to the process that started the runtime.
 *
 * @param origin - where that process listens.
 * @param version - of the runtime, in its own words.
 */
export async function runSuite(
  origin: string,
  version: string,
  packages: Omit<Library, 'aws' | 'traits'>,
): Promise<void> {
  const response = await fetch(`${origin}/settings`)
  const library: Library = { ...packages, ...((await response.json()) as Settings) }
  for (const area of areas.filter(({ applies }) => applies?.(library) ?? true)) {
    await post(`${origin}/results`, await runArea(area, library))
  }
  await post(`${origin}/done`, { version } satisfies Done)
}

async function runArea({ name: area, checks }: Area<Library>, library: Library): Promise<Result[]> {
  const results: Result[] = []
  for (const check of checks) {
    results.push({ area, name: check.name, error: await runCheck(check, library) })
  }
  return results
}

async function runCheck(check: Check<Library>, library: Library): Promise<string | undefined> {
  let timer: ReturnType<typeof setTimeout> | undefined
  const late = new Promise<never>((_, reject) => {
    timer = setTimeout(() => {
      reject(new Error(`not finished after ${LONGEST_CHECK} ms`))
    }, LONGEST_CHECK)
  })
  try {
    await Promise.race([check.run(library), late])
    return undefined
  } catch (error) {
    // Not every engine has the message in the stack.
    return error instanceof Error ? `${String(error)}\n${error.stack ?? ''}` : String(error)
  } finally {
    clearTimeout(timer)
  }
}

async function post(url: string, value: unknown): Promise<void> {
  await fetch(url, { method: 'POST', body: JSON.stringify(value) })
}
