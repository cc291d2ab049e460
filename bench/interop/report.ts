// SPDX-License-Identifier: Apache-2.0
/**
 * The results as a part of `docs/performance.md`.
 *
 * @module
 */

import { readFileSync, writeFileSync } from 'node:fs'
import { format } from 'prettier'
import { median, speedRatio } from '../measure.ts'
import { fill } from '../report/document.ts'
import { figure, table } from '../report/table.ts'
import { OURS } from './contestants.ts'
import type { Measured } from './measure.ts'
import type { Format } from './workloads.ts'

const document = new URL('../../docs/performance.md', import.meta.url)

/** Writes it between its marks. */
export async function writeSection(results: readonly Measured[]): Promise<void> {
  const text = fill(readFileSync(document, 'utf8'), 'interop', section(results))
  writeFileSync(document, await format(text, { parser: 'markdown', printWidth: 100 }))
}

function section(results: readonly Measured[]): string {
  const ours = results.find(({ name }) => name === OURS)
  return (['put', 'get'] as const)
    .map((of) => {
      const names = Object.keys(ours?.[of] ?? {})
      const rows = results.map((client) => [
        `${client.title}${client.version === '' ? '' : ` (${client.version})`}`,
        formatName(client.format),
        ...names.map((workload) => cell(client, ours, of, workload)),
      ])
      return table([`${of}, seconds`, 'format', ...names], rows)
    })
    .join('\n\n')
}

function cell(
  client: Measured,
  ours: Measured | undefined,
  of: 'put' | 'get',
  workload: string,
): string {
  const times = client[of][workload] ?? []
  const ratio = speedRatio(ours?.[of][workload] ?? [], times)
  const mark = of === 'get' && client.delayed.includes(workload) ? '*' : ''
  const compared = client.name === OURS ? '' : ` (${figure(ratio)})`
  return `${figure(median(times))}${mark}${compared}`
}

const SUITES = { committing: 'suite 115', gcm: 'AES-GCM', cbc: 'AES-CBC' } as const

const formatName = ({ suite, wrapping }: Format) => `${SUITES[suite]}, ${wrapping}`
