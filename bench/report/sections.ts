// SPDX-License-Identifier: Apache-2.0
/**
 * The generated parts of the document, by name.
 *
 * @module
 */

import { OURS, subjects } from '../content/subjects.ts'
import { median } from '../measure.ts'
import type { AllResults } from '../main.ts'
import { runtimes } from '../runtimes.ts'
import { BATCH } from '../small-objects/batch.ts'
import type { Results } from '../topics.ts'
import type { Chart } from './chart.ts'
import { advantage, longest, ratioOf, throughput, type Cell } from './figures.ts'
import { figure, size, table } from './table.ts'
import { targets, type Target } from './targets.ts'

const MiB = 2 ** 20
const GB = 1e9
const directions = ['encrypt', 'decrypt'] as const

const nameOf = (runtime: string) => runtimes[runtime]?.name ?? runtime

function limitOf({ limit }: Target, runtime: string): number | undefined {
  return typeof limit === 'number' ? limit : limit[runtime]
}

/** A figure, bold if it misses its limit. */
function judged(target: Target, runtime: string, results: Results): string {
  const value = target.measure(results)
  const limit = limitOf(target, runtime)
  const shown = figure(value)
  if (value === undefined || limit === undefined) return shown
  const reached = target.atMost ? value <= limit : value >= limit
  return reached ? shown : `**${shown}**`
}

function shownLimit({ limit, atMost }: Target): string {
  const sign = atMost ? '≤' : '≥'
  if (typeof limit === 'number') return `${sign} ${limit}`
  const groups = new Map<number, string[]>()
  for (const [runtime, value] of Object.entries(limit)) {
    groups.set(value, [...(groups.get(value) ?? []), nameOf(runtime)])
  }
  return [...groups].map(([value, names]) => `${sign} ${value} (${names.join(', ')})`).join('; ')
}

/** All sections. */
export function sections({ machine, runtimes: all }: AllResults): Record<string, string> {
  const measured = Object.entries(all)
  const heads = measured.map(([name]) => nameOf(name))
  const each = (cell: (results: Results, runtime: string) => string) =>
    measured.map(([runtime, results]) => cell(results, runtime))

  const content = directions.map((direction) => {
    const rows = Object.keys(subjects).map((subject) => {
      const cell: Cell = { direction, sink: 'freed', subject }
      const cells = each((results) => {
        const speed = throughput(results, cell)
        if (speed === undefined) return '–'
        const scaled = longest(results, cell) !== longest(results, { ...cell, subject: OURS })
        const ratio = subject === OURS ? '' : ` (${figure(advantage(results, cell))}×)`
        return `${figure(speed / GB)}${scaled ? '*' : ''}${ratio}`
      })
      return [subject, ...cells]
    })
    return table([`${direction}, GB/s`, ...heads], rows)
  })

  const isMeasured = measured.some(([, results]) => results.content !== undefined)
  const chart = isMeasured ? ['![Throughput of all subjects](performance.svg)'] : []

  const lengths = [
    ...new Set(measured.flatMap(([, { content: rows = [] }]) => rows.map((row) => row.length))),
  ]
  const byLength = directions.map((direction) => {
    const cell = { direction, sink: 'freed', subject: OURS } as const
    const rows = lengths
      .sort((a, b) => a - b)
      .map((length) => [
        size(length),
        ...each((results) => figure((throughput(results, cell, length) ?? NaN) / GB)),
      ])
    return table([`${direction}, GB/s`, ...heads], rows)
  })

  const memoryRows = (measured[0]?.[1].memory ?? []).map(({ subject, direction, sink }) => [
    `${subject}, ${direction}, output ${sink === 'freed' ? 'freed at once' : 'left to GC'}`,
    ...each(({ memory = [] }) => {
      const row = memory.find(
        (other) =>
          other.subject === subject && other.direction === direction && other.sink === sink,
      )
      return row === undefined ? '–' : ((row.peak - row.idle) / MiB).toFixed(0)
    }),
  ])

  const smallRows = directions.flatMap((direction) =>
    [OURS, 'node:crypto'].map((subject) => [
      `${direction}, ${subject}`,
      ...each((results) => {
        const row = results['small-objects']?.find((other) => other.direction === direction)
        return row === undefined ? '–' : figure(BATCH / median(row.times[subject] ?? []) / 1000)
      }),
    ]),
  )

  const works = measured[0]?.[1]['end-to-end']?.map(({ work }) => work) ?? []
  const transferRows = works.map((work) => [
    work,
    ...each((results) => {
      const times = results['end-to-end']?.find((row) => row.work === work)?.times
      if (times === undefined) return '–'
      const [ours, plain] = [OURS, 'S3Client'].map((name) => figure(median(times[name] ?? [])))
      return `${ours ?? ''} / ${plain ?? ''} (${figure(1 / ratioOf(times, 'S3Client'))})`
    }),
  ])

  return {
    machine,
    targets: table(
      ['', 'to reach', ...heads],
      targets.map((target) => [
        target.text,
        shownLimit(target),
        ...each((results, runtime) => judged(target, runtime, results)),
      ]),
    ),
    content: [...chart, ...content].join('\n\n'),
    lengths: byLength.join('\n\n'),
    memory: table(['MiB above idle, 4 GiB', ...heads], memoryRows),
    'small-objects': table(['thousand objects a second', ...heads], smallRows),
    'end-to-end': table(['seconds: s3-cse / S3Client (ratio)', ...heads], transferRows),
  }
}

/** Throughput of all subjects. */
export function contentChart({ runtimes: all }: AllResults): Chart {
  const measured = Object.entries(all).filter(([, { content }]) => content !== undefined)
  return {
    title: 'AES-256-GCM of the longest object',
    unit: 'GB/s, logarithmic',
    series: measured.map(([name]) => nameOf(name)),
    panels: directions.map((direction) => ({
      title: direction,
      groups: Object.keys(subjects).map((subject) => ({
        label: subject,
        values: measured.map(([, results]) => {
          const speed = throughput(results, { direction, sink: 'freed', subject })
          return speed === undefined ? undefined : speed / GB
        }),
      })),
    })),
  }
}
