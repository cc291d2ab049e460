// SPDX-License-Identifier: Apache-2.0
/**
 * Times of several contestants, taken in turns, so that what else the machine does strikes all of them.
 *
 * @module
 */

/** Something to be timed. */
export interface Contestant {
  readonly name: string
  readonly run: () => Promise<void>
}

/** How much to measure. */
export interface Effort {
  readonly rounds: number
  /** A contestant repeats its work within a round until it has taken this long. Seconds. */
  readonly atLeast: number
}

/** Seconds for one run, by contestant, one number for each round. */
export type Times = Record<string, number[]>

const now = () => performance.now() / 1000

async function timed(run: () => Promise<void>, repeats: number): Promise<number> {
  const start = now()
  for (let i = 0; i < repeats; i++) await run()
  return (now() - start) / repeats
}

/** Measures in turns; another contestant begins each round. */
export async function compare(
  contestants: readonly Contestant[],
  { rounds, atLeast }: Effort,
): Promise<Times> {
  const entrants: { name: string; run: () => Promise<void>; repeats: number; times: number[] }[] =
    []
  for (const { name, run } of contestants) {
    const first = await timed(run, 1)
    const warm = first > atLeast ? first : await timed(run, 1)
    entrants.push({ name, run, repeats: Math.max(1, Math.ceil(atLeast / warm)), times: [] })
  }
  for (let round = 0; round < rounds; round++) {
    const turn = round % Math.max(1, entrants.length)
    for (const entrant of [...entrants.slice(turn), ...entrants.slice(0, turn)]) {
      entrant.times.push(await timed(entrant.run, entrant.repeats))
    }
  }
  return Object.fromEntries(entrants.map(({ name, times }) => [name, times]))
}

/** The middle one, or the mean of the two in the middle. */
export function median(values: readonly number[]): number {
  const sorted = [...values].sort((a, b) => a - b)
  const middle = sorted.length / 2
  const [low = NaN, high = NaN] = [sorted[Math.ceil(middle) - 1], sorted[Math.floor(middle)]]
  return (low + high) / 2
}

/** How many times the first is as fast as the second: the median of the rounds. */
export function speedRatio(times: readonly number[], others: readonly number[]): number {
  return median(times.map((seconds, round) => (others[round] ?? NaN) / seconds))
}
