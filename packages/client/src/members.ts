// SPDX-License-Identifier: Apache-2.0
/**
 * Some members of an object, or all but some.
 *
 * @module
 */

/** The named members, where they have a value. */
export function pick<T extends object, K extends keyof T>(
  from: T,
  names: readonly K[],
): Pick<T, K> {
  return Object.fromEntries(
    names.filter((name) => from[name] !== undefined).map((name) => [name, from[name]]),
  ) as Pick<T, K>
}

/** All members but the named ones. */
export function without<T extends object, K extends keyof T>(
  from: T,
  names: readonly K[],
): Omit<T, K> {
  return Object.fromEntries(
    Object.entries(from).filter(([name]) => !names.includes(name as K)),
  ) as Omit<T, K>
}
