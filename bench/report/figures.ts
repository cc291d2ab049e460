// SPDX-License-Identifier: Apache-2.0
/**
 * Figures out of results.
 *
 * @module
 */

import type { ContentResult } from '../content/run.ts'
import type { SinkName } from '../content/sinks.ts'
import type { Operations } from '../content/subject.ts'
import { OURS } from '../content/subjects.ts'
import { median, speedRatio, type Times } from '../measure.ts'
import type { Results } from '../topics.ts'

/** A cell of the comparison of content encryption. */
export interface Cell {
  readonly direction: keyof Operations
  readonly sink: SinkName
  readonly subject: string
}

const of = (results: Results, { direction, sink, subject }: Cell): ContentResult[] =>
  (results.content ?? [])
    .filter((row) => row.direction === direction && subject in row.times)
    .filter((row, _, rows) => row.sink === sink || !rows.some((other) => other.sink === sink))
    .sort((a, b) => a.length - b.length)

const secondsPerByte = ({ length, times }: ContentResult, subject: string) =>
  median(times[subject] ?? []) / length

/** Bytes per second, of the longest object or of one of a given length. */
export function throughput(results: Results, cell: Cell, length?: number): number | undefined {
  const rows = of(results, cell)
  const row = length === undefined ? rows.at(-1) : rows.find((each) => each.length === length)
  return row && 1 / secondsPerByte(row, cell.subject)
}

/** Length of the longest object that a subject was asked for. */
export const longest = (results: Results, cell: Cell): number | undefined =>
  of(results, cell).at(-1)?.length

/**
 * How many times this library is as fast as a subject: in the same rounds, or, if the subject was not asked
 * for objects that long, by its time for each byte of a shorter one.
 */
export function advantage(results: Results, cell: Cell, length?: number): number | undefined {
  const ours = { ...cell, subject: OURS }
  const our = of(results, ours).find((row) => row.length === (length ?? longest(results, ours)))
  const other = of(results, cell)
    .filter((row) => row.length <= (our?.length ?? 0))
    .at(-1)
  if (our === undefined || other === undefined) return undefined
  return our.length === other.length
    ? ratioOf(our.times, cell.subject)
    : secondsPerByte(other, cell.subject) / secondsPerByte(our, OURS)
}

/** The same within one comparison. */
export const ratioOf = (times: Times, subject: string): number =>
  speedRatio(times[OURS] ?? [], times[subject] ?? [])
