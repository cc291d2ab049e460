// SPDX-License-Identifier: Apache-2.0
/**
 * Calls one after the other, in the order in which they were made.
 *
 * @module
 */

/** The same function, but no call starts before the one before it ended, well or badly. */
export function takingTurns<Arguments extends unknown[], Result>(
  run: (...args: Arguments) => Promise<Result>,
): (...args: Arguments) => Promise<Result> {
  let before: Promise<unknown> = Promise.resolve()
  return (...args) => {
    const result = before.then(() => run(...args))
    before = result.catch(() => undefined)
    return result
  }
}
