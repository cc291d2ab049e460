// SPDX-License-Identifier: Apache-2.0
/**
 * How a program that measures talks to the one that started it, in every runtime.
 *
 * @module
 */

import process from 'node:process'

/** What to measure: the JSON of the last argument. */
export function job(): unknown {
  return JSON.parse(process.argv.at(-1) ?? '')
}

/** Tells the results: JSON as the only output. */
export function answer(results: unknown): void {
  process.stdout.write(JSON.stringify(results))
}
