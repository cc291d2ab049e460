// SPDX-License-Identifier: Apache-2.0
/**
 * Encrypts and decrypts with every subject, in the runtime that runs this program.
 *
 * @module
 */

import { setImmediate } from 'node:timers/promises'
import { answer, job } from '../child.ts'
import { compare, median, type Times } from '../measure.ts'
import { sinks, type SinkName } from './sinks.ts'
import type { Operations, Subject } from './subject.ts'
import { OURS, subjects } from './subjects.ts'
import { testObject } from './test-object.ts'

/** What the parent asks for. */
export interface ContentJob {
  readonly rounds: number
  /** Length in bytes, and the tag in hexadecimal. */
  readonly objects: readonly { readonly length: number; readonly tag: string }[]
  /** Bytes from which output is also left to the garbage collector. */
  readonly bothSinksFrom: number
}

/** One comparison. */
export interface ContentResult {
  /** Bytes. */
  readonly length: number
  readonly direction: keyof Operations
  readonly sink: SinkName
  readonly times: Times
}

const LONGEST_RUN = 3 // seconds: who would need more is not asked for that length
const directions = ['encrypt', 'decrypt'] as const

const { rounds, objects, bothSinksFrom } = job() as ContentJob
const loaded = new Map<string, Subject>()
for (const [name, load] of Object.entries(subjects)) {
  try {
    loaded.set(name, await load())
  } catch (error) {
    console.error(name, error)
  }
}

const results: ContentResult[] = []

/** Bytes per second at the length measured last, in the slower direction. */
function speed(name: string): number {
  const last = results.filter(({ times }) => name in times).slice(-directions.length)
  return Math.min(...last.map(({ length, times }) => length / median(times[name] ?? [])))
}

/** All subjects that can do it in time; each operation has run once, so that none is cold. */
async function prepared(length: number, tag: string): Promise<Map<string, Operations>> {
  const object = testObject(length, new Uint8Array(Buffer.from(tag, 'hex')))
  const ready = new Map<string, Operations>()
  for (const [name, { largest, prepare }] of loaded) {
    const isSlow = name !== OURS && length / speed(name) > LONGEST_RUN
    if (length > largest || isSlow) continue
    try {
      const operations = await prepare(object)
      for (const direction of directions) await operations[direction](sinks.left)
      ready.set(name, operations)
    } catch (error) {
      console.error(name, length, error)
    }
  }
  return ready
}

for (const { length, tag } of objects) {
  const ready = await prepared(length, tag)
  for (const sink of length < bothSinksFrom ? (['freed'] as const) : (['left', 'freed'] as const)) {
    for (const direction of directions) {
      const contestants = [...ready].map(([name, operations]) => ({
        name,
        async run() {
          await operations[direction](sinks[sink])
          // Node.js 20 frees between two turns of its event loop, which OpenSSL alone does not need.
          if (length >= bothSinksFrom) await setImmediate()
        },
      }))
      const times = await compare(contestants, { rounds, atLeast: 0.05 })
      results.push({ length, direction, sink, times })
    }
  }
}
answer(results)
