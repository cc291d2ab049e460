// SPDX-License-Identifier: Apache-2.0
/**
 * Tables in Markdown.
 *
 * @module
 */

/** A table; the first column is text, the others are figures. */
export function table(head: readonly string[], rows: readonly (readonly string[])[]): string {
  const line = (cells: readonly string[]) => `| ${cells.join(' | ')} |`
  const rule = head.map((_, i) => (i === 0 ? '---' : '---:'))
  return [head, rule, ...rows].map(line).join('\n')
}

/** A number with as many digits as it deserves. */
export function figure(value: number | undefined): string {
  if (value === undefined || Number.isNaN(value)) return '–'
  if (value >= 100) return value.toFixed(0)
  if (value >= 10) return value.toFixed(1)
  return value >= 0.095 ? value.toFixed(2) : value.toPrecision(1)
}

/** Bytes in binary units. */
export function size(bytes: number): string {
  const units = ['bytes', 'KiB', 'MiB', 'GiB']
  const power = Math.min(units.length - 1, Math.floor(Math.log2(bytes) / 10))
  return `${bytes / 2 ** (10 * power)} ${units[power] ?? ''}`
}
