// SPDX-License-Identifier: Apache-2.0
/**
 * Work on the items of a stream, several at a time, that leaves nothing running behind.
 *
 * @module
 */

import { untilAborted } from './until-aborted.ts'

/**
 * Calls `work` for each item, for at most `limit` at a time. The first failure, or the abort of
 * `signal`, aborts the signal that the work gets; then all work is waited for, the source is closed,
 * and the failure is thrown.
 */
export async function concurrently<T>(
  source: AsyncIterable<T> | Iterable<T>,
  limit: number,
  signal: AbortSignal | undefined,
  work: (item: T, signal: AbortSignal) => Promise<void>,
): Promise<void> {
  const failed = new AbortController()
  const stop = signal === undefined ? failed.signal : AbortSignal.any([signal, failed.signal])
  const running = new Set<Promise<void>>()
  const start = (item: T) => {
    const task: Promise<void> = work(item, stop)
      .catch((error: unknown) => {
        failed.abort(error)
      })
      .finally(() => running.delete(task))
    running.add(task)
  }

  const items =
    Symbol.asyncIterator in source ? source[Symbol.asyncIterator]() : source[Symbol.iterator]()
  const reading = { ended: false }
  const next = async () => {
    try {
      const item = await items.next()
      reading.ended = item.done === true
      return item
    } catch (error) {
      reading.ended = true
      failed.abort(error)
      return undefined
    }
  }
  for (;;) {
    // A source that does not answer must not keep an abort waiting.
    const item = await untilAborted(next(), stop).catch(() => undefined)
    if (item === undefined || item.done === true) break
    start(item.value)
    if (running.size >= limit) await Promise.race(running)
  }
  await Promise.all(running)
  if (!reading.ended) void (async () => items.return?.())().catch(() => undefined)
  stop.throwIfAborted()
}
