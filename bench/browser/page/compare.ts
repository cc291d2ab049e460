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
  /** Seconds of each way, the least of all rounds. */
  readonly best: Readonly<Record<string, number>>
  /** Longest task of the page that each way caused, in milliseconds, where the browser tells. */
  readonly longest: Readonly<Record<string, number>>
  /** How many tasks of more than 50 ms there were in all rounds. */
  readonly longTasks: Readonly<Record<string, number>>
}

export type Ways = Readonly<Record<string, () => Promise<unknown>>>

/** Runs each way once to warm up, unless told otherwise, and then all of them in turns. */
export async function compare(
  name: string,
  bytes: number,
  rounds: number,
  ways: Ways,
  warmUp = true,
): Promise<Comparison> {
  const times = new Map<string, number[]>(Object.keys(ways).map((way) => [way, []]))
  const longest = new Map<string, number>()
  const counts = new Map<string, number>()
  for (let round = warmUp ? -1 : 0; round < rounds; round++) {
    for (const [way, run] of Object.entries(ways)) {
      const tasks = observeTasks()
      const start = performance.now()
      await run()
      const seconds = (performance.now() - start) / 1000
      const { count, longest: longestTask } = await tasks.seen()
      if (round < 0) continue
      times.get(way)?.push(seconds)
      longest.set(way, Math.max(longest.get(way) ?? 0, longestTask))
      counts.set(way, (counts.get(way) ?? 0) + count)
    }
  }
  const summary = (pick: (all: readonly number[]) => number) =>
    Object.fromEntries([...times].map(([way, all]) => [way, pick(all)]))
  return {
    name,
    bytes,
    rounds,
    seconds: summary(median),
    best: summary((all) => Math.min(...all)),
    longest: Object.fromEntries(longest),
    longTasks: Object.fromEntries(counts),
  }
}

const median = (values: readonly number[]): number =>
  [...values].sort((a, b) => a - b)[Math.floor(values.length / 2)] ?? NaN

/** Tasks of more than 50 ms: none where the browser does not tell. */
function observeTasks(): { seen(): Promise<{ count: number; longest: number }> } {
  const seen = { count: 0, longest: 0 }
  const note = (entries: PerformanceEntryList) => {
    for (const { duration } of entries) {
      seen.count++
      seen.longest = Math.max(seen.longest, duration)
    }
  }
  const observer = new PerformanceObserver((list) => {
    note(list.getEntries())
  })
  if (PerformanceObserver.supportedEntryTypes.includes('longtask')) {
    observer.observe({ type: 'longtask' })
  }
  return {
    async seen() {
      // The entry of a task comes once it is over.
      await new Promise((resolve) => setTimeout(resolve, 20))
      note(observer.takeRecords())
      observer.disconnect()
      return seen
    },
  }
}
