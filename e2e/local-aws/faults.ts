// SPDX-License-Identifier: Apache-2.0
/**
 * Faults on demand: a server asks for every request whether somebody wants it to go wrong.
 *
 * @module
 */

import { setTimeout as sleep } from 'node:timers/promises'
import { AwsError, Dropped } from './aws-error.ts'

/** Which requests; what is left out matches everything. */
export interface FaultSelector {
  readonly operation?: string | undefined
  readonly bucket?: string | undefined
  readonly key?: string | undefined
  readonly partNumber?: number | undefined
  /** Let this many matching requests pass first. @default 0 */
  readonly skip?: number | undefined
  /** Then strike this many; `null`, as JSON has no infinity, for all. @default 1 */
  readonly times?: number | null | undefined
}

/**
 * A point of an exchange. `request` without `afterBytes` is before the operation, so that nothing was
 * done; `response` without it is after the operation, so that only the answer is missing. With it,
 * after that many bytes of the body.
 */
interface Point {
  /** @default 'request' */
  readonly on?: 'request' | 'response' | undefined
  readonly afterBytes?: number | undefined
}

export type FaultEffect =
  | { readonly kind: 'status'; readonly status: number; readonly code: string }
  | { readonly kind: 'delay'; readonly ms: number }
  /** In-process only: runs before the operation. */
  | { readonly kind: 'replace'; readonly run: () => void | Promise<void> }
  /** The socket is destroyed. */
  | ({ readonly kind: 'reset' } & Point)
  /** Nothing moves until the fault is released or the client leaves. */
  | ({ readonly kind: 'stall' } & Point)
  /** The response body ends early, in an orderly way. @default afterBytes: half of it */
  | { readonly kind: 'truncate'; readonly afterBytes?: number | undefined }
  /** One bit of the response body is wrong. @default offset: 0 */
  | { readonly kind: 'corrupt'; readonly offset?: number | undefined }
  | { readonly kind: 'wrong-etag' }

export type Fault = FaultSelector & FaultEffect

export interface FaultHandle {
  /** How often it struck. */
  readonly hits: number
  /** Resolves when it strikes for the first time. */
  readonly reached: Promise<void>
  /** Lets everything it stalls go on. */
  release(): void
  /** Strikes no more; what it stalls stays stalled until released. */
  remove(): void
}

export interface FaultTarget {
  readonly operation: string
  readonly bucket?: string
  readonly key?: string
  readonly partNumber?: number | undefined
}

export type Chunks = AsyncIterable<Buffer>

/** The connection, as far as a fault needs it. */
export interface Connection {
  /** Abruptly. */
  reset(): void
  /** After what was written has left. */
  end(): Promise<void>
  /** Resolves when the client is gone. */
  readonly gone: Promise<void>
}

/** What a fault does to one exchange. */
export interface Interference {
  readonly before?: Action
  readonly requestBody?: (body: Chunks, connection: Connection) => Chunks
  readonly after?: Action
  readonly etag?: (etag: string) => string
  readonly responseBody?: (body: Chunks, connection: Connection, size: number) => Chunks
}

type Action = (connection: Connection) => void | Promise<void>

const effects: {
  readonly [K in FaultEffect['kind']]: (
    fault: Extract<FaultEffect, { kind: K }>,
    released: Promise<void>,
  ) => Interference
} = {
  status: ({ status, code }) => ({
    before() {
      throw new AwsError(status, code, 'As asked for by a fault.')
    },
  }),
  delay: ({ ms }) => ({ before: () => sleep(ms) }),
  replace: ({ run }) => ({ before: run }),
  reset: (fault) =>
    at(fault, (connection) => {
      connection.reset()
      throw new Dropped('reset')
    }),
  stall: (fault, released) => at(fault, ({ gone }) => Promise.race([released, gone])),
  truncate: ({ afterBytes }) => ({
    responseBody: (body, connection, size) =>
      interrupt(body, afterBytes ?? Math.floor(size / 2), async () => {
        await connection.end()
        throw new Dropped('truncated')
      }),
  }),
  corrupt: ({ offset = 0 }) => ({ responseBody: (body) => flip(body, offset) }),
  'wrong-etag': () => ({ etag: (etag) => etag.replace(/[0-9a-f]/g, '0') }),
}

function at({ on = 'request', afterBytes }: Point, action: Action): Interference {
  if (afterBytes === undefined) return on === 'request' ? { before: action } : { after: action }
  return {
    [`${on}Body`]: (body: Chunks, connection: Connection) =>
      interrupt(body, afterBytes, () => action(connection)),
  }
}

/** Passes `count` bytes on, then acts, then passes on the rest. */
async function* interrupt(body: Chunks, count: number, act: () => void | Promise<void>): Chunks {
  let left = count
  for await (const chunk of body) {
    if (left < 0 || chunk.length < left) {
      yield chunk
    } else {
      if (left > 0) yield chunk.subarray(0, left)
      await act()
      yield chunk.subarray(left)
      left = -1
      continue
    }
    left -= chunk.length
  }
}

async function* flip(body: Chunks, offset: number): Chunks {
  let position = 0
  for await (const chunk of body) {
    const index = offset - position
    position += chunk.length
    const byte = chunk[index]
    if (byte === undefined) yield chunk
    else yield Buffer.from(chunk).fill(byte ^ 1, index, index + 1)
  }
}

interface Armed extends FaultHandle {
  readonly fault: Fault
  strike(): Interference | undefined
}

export class Faults {
  readonly #armed = new Set<Armed>()

  add(fault: Fault): FaultHandle {
    const armed = arm(fault, () => this.#armed.delete(armed))
    this.#armed.add(armed)
    return armed
  }

  /** Removes every fault, and releases what they stall. */
  clear(): void {
    for (const armed of this.#armed) armed.release()
    this.#armed.clear()
  }

  list(): (Fault & { hits: number })[] {
    return [...this.#armed].map(({ fault, hits }) => ({ ...fault, hits }))
  }

  /** What shall go wrong with a request that has just arrived; counts as a strike. */
  take(target: FaultTarget): Interference[] {
    return [...this.#armed]
      .filter(({ fault }) => matches(fault, target))
      .flatMap((armed) => armed.strike() ?? [])
  }
}

function matches(fault: Fault, target: FaultTarget): boolean {
  return (['operation', 'bucket', 'key', 'partNumber'] as const).every(
    (name) => fault[name] === undefined || fault[name] === target[name],
  )
}

function arm(fault: Fault, remove: () => void): Armed {
  const times = fault.times === null ? Infinity : (fault.times ?? 1)
  let skip = fault.skip ?? 0
  const reached = deferred()
  const released = deferred()
  return {
    fault,
    hits: 0,
    reached: reached.promise,
    release: released.resolve,
    remove,
    strike(this: { hits: number }) {
      if (skip-- > 0 || this.hits >= times) return undefined
      this.hits++
      reached.resolve()
      // The table is keyed by `kind`, which TypeScript cannot follow through an indexed access.
      const effect = effects[fault.kind] as (
        fault: FaultEffect,
        released: Promise<void>,
      ) => Interference
      return effect(fault, released.promise)
    },
  }
}

function deferred(): { promise: Promise<void>; resolve: () => void } {
  let resolve = (): void => undefined
  const promise = new Promise<void>((done) => {
    resolve = done
  })
  return { promise, resolve }
}
