// SPDX-License-Identifier: Apache-2.0
/**
 * Renews the generated parts of `docs/performance.md`, each between two marks, and its chart.
 *
 * @module
 */

import { readFileSync, writeFileSync } from 'node:fs'
import { format } from 'prettier'
import type { AllResults } from '../main.ts'
import { drawChart } from './chart.ts'
import { contentChart, sections } from './sections.ts'

const docs = new URL('../../docs/', import.meta.url)

/** Puts text between the marks of a name. */
export function fill(document: string, name: string, text: string): string {
  const [start, end] = [`<!-- bench:${name} -->`, `<!-- /bench:${name} -->`]
  const [from, to] = [document.indexOf(start), document.indexOf(end)]
  if (from < 0 || to < from) throw new Error(`docs/performance.md has no marks for ${name}`)
  return `${document.slice(0, from + start.length)}\n\n${text}\n\n${document.slice(to)}`
}

/** Writes document and chart. */
export async function writeDocument(results: AllResults): Promise<void> {
  const file = new URL('performance.md', docs)
  const document = Object.entries(sections(results)).reduce(
    (whole, [name, text]) => fill(whole, name, text),
    readFileSync(file, 'utf8'),
  )
  writeFileSync(file, await format(document, { parser: 'markdown', printWidth: 100 }))
  const chart = contentChart(results)
  if (chart.series.length > 0) {
    writeFileSync(new URL('performance.svg', docs), drawChart(chart))
  }
}
