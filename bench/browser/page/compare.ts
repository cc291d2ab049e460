// SPDX-License-Identifier: Apache-2.0
/**
 * Ways to do the same, measured in turns.
 *
 * @module
 */

export interface Comparison {
  readonly name: string
  /** Bytes that each way works through. */
  readonly bytes: number
  readonly rounds: number
  /** Seconds of each way, the median of all rounds. */
  readonly seconds: Readonly<Record<string, number>>
  /** Longest task of the page that each way caused, in milliseconds, where the browser tells. */
  readonly longest: Readonly<Record<string, number>>
}

export type Ways = Readonly<Record<string, () => Promise<unknown>>>

/** Runs each way once to warm up, and then all of them in turns. */
export async function compare(
  name: string,
  bytes: number,
  rounds: number,
  ways: Ways,
): Promise<Comparison> {
  const times = new Map<string, number[]>(Object.keys(ways).map((way) => [way, []]))
  const longest = new Map<string, number>()
  for (let round = -1; round < rounds; round++) {
    for (const [way, run] of Object.entries(ways)) {
      const tasks = longTasks()
      const start = performance.now()
      await run()
      const seconds = (performance.now() - start) / 1000
      const longestTask = await tasks.longest()
      if (round < 0) continue
      times.get(way)?.push(seconds)
      longest.set(way, Math.max(longest.get(way) ?? 0, longestTask))
    }
  }
  const medians = [...times].map(([way, all]) => [way, median(all)] as const)
  return {
    name,
    bytes,
    rounds,
    seconds: Object.fromEntries(medians),
    longest: Object.fromEntries(longest),
  }
}

const median = (values: readonly number[]): number =>
  [...values].sort((a, b) => a - b)[Math.floor(values.length / 2)] ?? NaN

/** Observes tasks of more than 50 ms; 0 where there were none, or the browser does not tell. */
export function longTasks(): { longest(): Promise<number> } {
  let longest = 0
  const note = (entries: PerformanceEntryList) => {
    for (const { duration } of entries) longest = Math.max(longest, duration)
  }
  const observer = new PerformanceObserver((list) => {
    note(list.getEntries())
  })
  if (PerformanceObserver.supportedEntryTypes.includes('longtask')) {
    observer.observe({ type: 'longtask' })
  }
  return {
    async longest() {
      // The entry of a task comes once it is over.
      await new Promise((resolve) => setTimeout(resolve, 20))
      note(observer.takeRecords())
      observer.disconnect()
      return longest
    },
  }
}
