// SPDX-License-Identifier: Apache-2.0
/**
 * Work on the items of a stream, several at a time, with the results in order.
 *
 * @module
 */

const ignore = () => undefined

/**
 * Results of `work` for the items of `source`, in their order.
 *
 * The first failure, of the source or of the work, ends everything, as does a consumer that stops
 * early: the source is closed, and what is still at work is left to itself.
 *
 * @param concurrency - the most items at work, or done and not yet taken.
 * @param work - called as soon as an item is there, before the next is asked for.
 */
export async function* mapOrdered<T, R>(
  source: AsyncIterable<T> | Iterable<T>,
  concurrency: number,
  work: (item: T) => Promise<R>,
): AsyncGenerator<R> {
  const items =
    Symbol.asyncIterator in source ? source[Symbol.asyncIterator]() : source[Symbol.iterator]()
  const results: Promise<R>[] = []
  let asked: Promise<IteratorResult<T, unknown>> | undefined
  let open = true
  const ask = async () => {
    try {
      return await items.next()
    } catch (error) {
      open = false // it has ended by failing
      throw error
    }
  }
  try {
    for (;;) {
      const [first] = results
      // A question whose answer was not waited for may have failed since: it is still to be told.
      if ((open || asked !== undefined) && results.length < concurrency) {
        asked ??= ask()
        // A slow source does not keep back what is ready.
        const item = await (first === undefined ? asked : Promise.race([asked, first.then(ignore)]))
        if (item !== undefined) {
          asked = undefined
          if (item.done === true) {
            open = false
          } else {
            const result = work(item.value)
            result.catch(ignore) // it is reported in its turn
            results.push(result)
          }
          continue
        }
      }
      const next = results.shift()
      if (next === undefined) return
      yield await next
    }
  } finally {
    if (open) {
      const closed = (async () => items.return?.())()
      // A source that was asked and does not answer must not keep its consumer waiting.
      if (asked === undefined) await closed
      else void Promise.allSettled([asked, closed])
    }
  }
}
