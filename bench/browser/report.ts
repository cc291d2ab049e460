// SPDX-License-Identifier: Apache-2.0
/**
 * The measurements as a page of the documentation.
 *
 * @module
 */

import type { BenchConfig } from './config.ts'
import type { Comparison } from './page/compare.ts'
import type { BrowserResults } from './run.ts'

const MiB = 2 ** 20

function table({ bytes, seconds, best, longest, longTasks }: Comparison): string {
  const ways = Object.entries(seconds)
  const [[base, baseMedian] = ['', NaN]] = ways
  const rows = ways.map(([way, time]) =>
    [
      way,
      (bytes / MiB / time).toFixed(0),
      (baseMedian / time).toFixed(2),
      ((best[base] ?? NaN) / (best[way] ?? NaN)).toFixed(2),
      longest[way] ? `${longTasks[way] ?? 0}, up to ${longest[way].toFixed(0)} ms` : 'none',
    ].join(' | '),
  )
  return [
    'way | MiB/s | ratio | of the best rounds | tasks over 50 ms',
    '--- | ---: | ---: | ---: | ---:',
    ...rows,
  ]
    .map((row) => `| ${row} |`)
    .join('\n')
}

export function toMarkdown(measured: readonly BrowserResults[], { rounds, cores }: BenchConfig) {
  const figures = rounds === 1 ? 'one round' : `medians of ${rounds} rounds`
  const sections = measured.map(({ agent, results }) => {
    const tables = results.map((result) => `### ${result.name}\n\n${table(result)}`)
    return [`## ${browserName(agent)}`, `\`${agent}\``, ...tables].join('\n\n')
  })
  return `${[
    '# Measured in browsers',
    `Written by \`npm run bench:browser\`: ${figures} in turns, on ${cores} cores that the page, the browser and the local AWS share. The first way of each table is what the others are compared with; read the ratios, not the speeds. Tasks are those of the page's own thread, in all rounds; Firefox does not tell.`,
    ...sections,
  ].join('\n\n')}\n`
}

function browserName(agent: string): string {
  return /(Firefox|Chrome)\/\d+/.exec(agent)?.[0].replace('/', ' ') ?? 'Browser'
}
