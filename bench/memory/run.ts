// SPDX-License-Identifier: Apache-2.0
/**
 * Peak memory of one stream, in a process of its own. Linux only: the kernel keeps the peak.
 *
 * @module
 */

import { readFileSync, writeFileSync } from 'node:fs'
import { setTimeout as sleep } from 'node:timers/promises'
import { answer, job } from '../child.ts'
import { sinks, type SinkName } from '../content/sinks.ts'
import type { Operations } from '../content/subject.ts'
import { subjects } from '../content/subjects.ts'
import { testObject } from '../content/test-object.ts'

/** What the parent asks for. */
export interface MemoryJob {
  readonly subject: string
  readonly direction: keyof Operations
  readonly sink: SinkName
  /** Bytes. */
  readonly length: number
  /** Hexadecimal. */
  readonly tag: string
}

/** Bytes. */
export interface MemoryResult {
  readonly idle: number
  readonly peak: number
}

/** A figure of the kernel about this process, in bytes. */
function figure(name: 'VmRSS' | 'VmHWM'): number {
  const status = readFileSync('/proc/self/status', 'utf8')
  return 1024 * Number(new RegExp(`${name}:\\s*(\\d+) kB`).exec(status)?.[1])
}

const { subject, direction, sink, length, tag } = job() as MemoryJob
const load = subjects[subject]
if (load === undefined) throw new Error(`no subject ${subject}`)
const object = testObject(length, new Uint8Array(Buffer.from(tag, 'hex')))
const operations = await (await load()).prepare(object)
await sleep(500)
const idle = figure('VmRSS')
writeFileSync('/proc/self/clear_refs', '5') // the peak begins here
await operations[direction](sinks[sink])
answer({ idle, peak: figure('VmHWM') } satisfies MemoryResult)
