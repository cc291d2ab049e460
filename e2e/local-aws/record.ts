// SPDX-License-Identifier: Apache-2.0

/** The entries that have one of these names. */
export function pick<V>(
  record: Readonly<Record<string, V>>,
  names: readonly string[],
): Record<string, V> {
  return Object.fromEntries(Object.entries(record).filter(([name]) => names.includes(name)))
}

/** The other entries. */
export function omit<V>(
  record: Readonly<Record<string, V>>,
  names: readonly string[],
): Record<string, V> {
  return Object.fromEntries(Object.entries(record).filter(([name]) => !names.includes(name)))
}
