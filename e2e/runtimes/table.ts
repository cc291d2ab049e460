// SPDX-License-Identifier: Apache-2.0
/**
 * The table: a row for each runtime, a column for each area.
 *
 * @module
 */

import { areas } from '../../conformance/index.ts'
import type { Result } from './protocol.ts'
import type { Run } from './run.ts'

/** One line about a runtime that has just ended. */
export function describe({ runtime, version, results, seconds, failure }: Run): string {
  const failed = results.filter(({ error }) => error !== undefined).length
  const outcome = failure === undefined ? `${failed} failed` : 'did not come to its end'
  const count = `${results.length - failed} passed, ${outcome}`
  return `${runtime.name} (${version ?? 'unknown version'}): ${count}, ${seconds.toFixed(1)} s`
}

/** Passed of all in one area; a dash where it has nothing to check. */
function cell(results: readonly Result[], area: string): string {
  const own = results.filter((result) => result.area === area)
  const passed = own.filter(({ error }) => error === undefined).length
  if (own.length === 0) return '–'
  return passed === own.length ? String(passed) : `${passed} of ${own.length}`
}

/** In Markdown, and aligned. */
export function table(runs: readonly Run[]): string {
  const head = ['runtime', ...areas.map(({ name }) => name), 'all']
  const body = runs.map(({ runtime, results }) => [
    runtime.name,
    ...areas.map(({ name }) => cell(results, name)),
    String(results.filter(({ error }) => error === undefined).length),
  ])
  const widths = head.map((_, i) => Math.max(...[head, ...body].map((row) => row[i]?.length ?? 0)))
  const line = (row: readonly string[]) =>
    `| ${row.map((text, i) => (i === 0 ? text.padEnd(widths[i] ?? 0) : text.padStart(widths[i] ?? 0))).join(' | ')} |`
  const rule = `|${widths.map((width, i) => (i === 0 ? '-'.repeat(width + 2) : `${'-'.repeat(width + 1)}:`)).join('|')}|`
  return [line(head), rule, ...body.map(line)].join('\n')
}

/** What is missing in areas that the runtime ran. */
export function expected(results: readonly Result[]): string[] {
  const ran = new Set(results.map(({ area, name }) => `${area} › ${name}`))
  const begun = new Set(results.map(({ area }) => area))
  return areas
    .filter(({ name }) => begun.has(name))
    .flatMap(({ name: area, checks }) => checks.map(({ name }) => `${area} › ${name}`))
    .filter((check) => !ran.has(check))
    .map((check) => `${check}: did not run`)
}
