// SPDX-License-Identifier: Apache-2.0
/**
 * What the library is meant to reach, and whether it does.
 *
 * @module
 */

import type { SinkName } from '../content/sinks.ts'
import type { Operations } from '../content/subject.ts'
import { OURS } from '../content/subjects.ts'
import type { Results } from '../topics.ts'
import { advantage, ratioOf } from './figures.ts'

/** A figure with a limit. */
export interface Target {
  readonly text: string
  /** By runtime of the command line, or for all. */
  readonly limit: number | Readonly<Record<string, number>>
  readonly atMost?: true
  measure(results: Results): number | undefined
}

const MiB = 2 ** 20

const than = (
  direction: keyof Operations,
  subject: string,
  limit: Target['limit'],
  { length, sink = 'freed' }: { length?: number; sink?: SinkName } = {},
): Target => ({
  text: `${direction} / ${subject}${length === undefined ? '' : ', 64 MiB'}${
    sink === 'left' ? ', output left to GC' : ''
  }`,
  limit,
  measure: (results) => advantage(results, { direction, sink, subject }, length),
})

const slowerThanPlain = (work: string, limit: number): Target => ({
  text: `${work}: time / plain client`,
  limit,
  atMost: true,
  measure(results) {
    const row = results['end-to-end']?.find((each) => each.work === work)
    return row && 1 / ratioOf(row.times, 'S3Client')
  },
})

const memory = (direction: keyof Operations): Target => ({
  text: `${direction}: MiB above idle for 4 GiB`,
  limit: 40,
  atMost: true,
  measure(results) {
    const row = results.memory?.find(
      (each) => each.subject === OURS && each.direction === direction && each.sink === 'freed',
    )
    return row && (row.peak - row.idle) / MiB
  },
})

const smallObjects = (direction: keyof Operations): Target => ({
  text: `1 KiB objects, ${direction} / sync node:crypto`,
  limit: 0.3,
  measure(results) {
    const row = results['small-objects']?.find((each) => each.direction === direction)
    return row && ratioOf(row.times, 'node:crypto')
  },
})

const NODE_ENCRYPT = { node20: 0.9, node24: 0.9, node26: 0.9, deno: 5 }
const NODE_DECRYPT = { node20: 0.7, node24: 0.4, node26: 0.4, deno: 5 }

/** Ratios of speeds are of this library to another, for 1 GiB unless said otherwise. */
export const targets: readonly Target[] = [
  than('encrypt', 'subtle, in chunks', 0.95),
  than('encrypt', 'node:crypto', NODE_ENCRYPT),
  than('encrypt', 'node:crypto', NODE_ENCRYPT, { sink: 'left' }),
  than('encrypt', 'subtle, one call', { node26: 5 }, { length: 64 * MiB }),
  than('encrypt', '@noble/ciphers', 50),
  than('encrypt', 'encrypt-web-streams', 50),
  than('decrypt', 'node:crypto', NODE_DECRYPT),
  than('decrypt', 'node:crypto', NODE_DECRYPT, { sink: 'left' }),
  than('decrypt', 'subtle, one call', 3, { length: 64 * MiB }),
  memory('encrypt'),
  memory('decrypt'),
  smallObjects('encrypt'),
  smallObjects('decrypt'),
  slowerThanPlain('put large', 1.15),
  slowerThanPlain('get large', 1.15),
  slowerThanPlain('put 1 KiB', 1.5),
  slowerThanPlain('get 1 KiB', 1.5),
]
