// SPDX-License-Identifier: Apache-2.0
/**
 * What is measured, by the names of the command line.
 *
 * @module
 */

import { startLocalS3 } from '../e2e/local-aws/process.ts'
import type { ContentJob, ContentResult } from './content/run.ts'
import type { Operations } from './content/subject.ts'
import { OURS } from './content/subjects.ts'
import { tagOf } from './content/tags.ts'
import type { EndToEndJob, EndToEndResult } from './end-to-end/run.ts'
import type { MemoryJob, MemoryResult } from './memory/run.ts'
import { run, type Runtime } from './runtimes.ts'
import type { SmallObjectsJob, SmallObjectsResult } from './small-objects/run.ts'

/** How much work to do. */
export interface Scale {
  readonly rounds: number
  /** Bytes of the longest object. */
  readonly longest: number
  /** Bytes of the stream whose memory is measured. */
  readonly memory: number
  readonly smallObjects: number
  /** Bytes of the object that goes to S3. */
  readonly transfer: number
}

const MiB = 2 ** 20

/** By name. The figures of the document are those of `full`. */
export const scales = {
  full: {
    rounds: 5,
    longest: 1024 * MiB,
    memory: 4096 * MiB,
    smallObjects: 1000,
    transfer: 256 * MiB,
  },
  quick: { rounds: 1, longest: 64 * MiB, memory: 256 * MiB, smallObjects: 100, transfer: 32 * MiB },
} as const satisfies Record<string, Scale>

const LENGTHS = [1024, 64 * 1024, MiB, 64 * MiB, 1024 * MiB] // bytes

/** Memory of one stream. */
export interface MemoryRow extends Omit<MemoryJob, 'tag'>, MemoryResult {}

/** All results of one runtime. */
export interface Results {
  readonly content?: readonly ContentResult[]
  readonly memory?: readonly MemoryRow[]
  readonly 'small-objects'?: readonly SmallObjectsResult[]
  readonly 'end-to-end'?: readonly EndToEndResult[]
}

type Topic = keyof Results

const memoryCases = [
  { subject: OURS, sink: 'freed' },
  { subject: OURS, sink: 'left' },
  { subject: 'node:crypto', sink: 'left' },
] as const satisfies readonly Partial<MemoryJob>[]
const directions: readonly (keyof Operations)[] = ['encrypt', 'decrypt']

/** How each topic is measured in a runtime. */
export const topics: {
  readonly [T in Topic]-?: (runtime: Runtime, scale: Scale) => Promise<NonNullable<Results[T]>>
} = {
  content(runtime, { rounds, longest }) {
    const lengths = LENGTHS.filter((length) => length <= longest)
    const objects = lengths.map((length) => ({ length, tag: tagOf(length) }))
    const job: ContentJob = { rounds, objects, bothSinksFrom: longest }
    return run<ContentResult[]>(runtime, 'content/run.ts', job)
  },

  async memory(runtime, { memory: length }) {
    const tag = tagOf(length)
    const rows: MemoryRow[] = []
    for (const direction of directions) {
      for (const { subject, sink } of memoryCases) {
        const job: MemoryJob = { subject, sink, direction, length, tag }
        const result = await run<MemoryResult>(runtime, 'memory/run.ts', job)
        rows.push({ subject, sink, direction, length, ...result })
      }
    }
    return rows
  },

  'small-objects': (runtime, { rounds }) =>
    run<SmallObjectsResult[]>(runtime, 'small-objects/run.ts', {
      rounds,
    } satisfies SmallObjectsJob),

  async 'end-to-end'(runtime, { rounds, smallObjects: objects, transfer: large }) {
    const { endpoint, credentials, stop } = await startLocalS3()
    try {
      const job: EndToEndJob = { endpoint, credentials, rounds, objects, large }
      return await run<EndToEndResult[]>(runtime, 'end-to-end/run.ts', job)
    } finally {
      await stop()
    }
  },
}
