// SPDX-License-Identifier: Apache-2.0
/**
 * What was asked and what was answered, for tests to assert on.
 *
 * @module
 */

const LONGEST = 10_000 // entries: a demonstration may run for days

export class RequestLog<Entry extends { readonly operation: string }> {
  readonly #entries: Entry[] = []

  /** In order of arrival; an entry is there before its answer is. */
  get entries(): readonly Entry[] {
    return this.#entries
  }

  /** Requests for these operations alone. */
  of(...operations: readonly string[]): Entry[] {
    return this.#entries.filter(({ operation }) => operations.includes(operation))
  }

  add(entry: Entry): Entry {
    if (this.#entries.length === LONGEST) this.#entries.shift()
    this.#entries.push(entry)
    return entry
  }

  clear(): void {
    this.#entries.length = 0
  }
}
