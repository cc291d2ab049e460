// SPDX-License-Identifier: Apache-2.0
/**
 * What is put and got.
 *
 * @module
 */

import type { Benchmark, Suite, Wrapping } from '../../e2e/interop/protocol.ts'
import { keyring, type World } from '../../e2e/interop/world.ts'

const MIB = 2 ** 20

export type Shape = Omit<Benchmark['bench'], 'of'>

/** How much work to do. The figures of the document are those of `full`. */
export const scales = {
  full: { rounds: 5, large: 256 * MIB, objects: 1000 },
  quick: { rounds: 1, large: 80 * MIB, objects: 50 },
} as const

export type Scale = (typeof scales)[keyof typeof scales]

/** By the words of the report. */
export const workloads = ({ large, objects }: Scale): Readonly<Record<string, Shape>> => ({
  [`${large / MIB} MiB`]: { count: 1, size: large, concurrency: 1 },
  [`${objects} × 1 KiB`]: { count: objects, size: 1024, concurrency: 1 },
  [`${objects} × 1 KiB, 8 at a time`]: { count: objects, size: 1024, concurrency: 8 },
})

/** How a client encrypts. */
export interface Format {
  readonly wrapping: Wrapping
  readonly suite: Suite
}

/** With a key of KMS, which all clients know; the best first. */
export const formats: readonly Format[] = [
  { wrapping: 'kms+context', suite: 'committing' },
  { wrapping: 'kms+context', suite: 'gcm' },
  { wrapping: 'kms', suite: 'gcm' },
]

/** What a client is asked for. */
export interface Job {
  readonly of: 'put' | 'get'
  readonly shape: Shape
  /** Beginning of the keys. */
  readonly key: string
  readonly format: Format
  readonly delayed: boolean
}

export async function benchmark(world: World, job: Job): Promise<Benchmark> {
  const { of, shape, key, format, delayed } = job
  return {
    op: 'bench',
    bench: { ...shape, of },
    keyring: keyring(world.keys, format.wrapping),
    suite: format.suite,
    commitment: format.suite === 'committing' ? 'require-require' : 'forbid-allow',
    legacy: format.wrapping === 'kms',
    storage: 'metadata',
    context: {},
    bucket: world.bucket,
    key,
    file: await world.plaintext(shape.size),
    delayed,
  }
}
