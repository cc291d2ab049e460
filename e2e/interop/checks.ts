// SPDX-License-Identifier: Apache-2.0
/**
 * A check of the matrix, and how it ends.
 *
 * @module
 */

import type { Obstacle } from './impossible.ts'
import { Mismatch, Refused } from './world.ts'

/** Where a check stands in the report: a table, a row of it, and the peer's column. */
export interface Place {
  readonly table: string
  readonly row: string
  readonly peer: string
}

export interface Check extends Place {
  readonly name: string
  /** Why it cannot pass. It is run all the same: when it passes, the reason is out of date. */
  readonly impossible?: Obstacle | undefined
  /** Passes unless it throws; what it returns is told in the report. */
  readonly run: () => Promise<string | undefined>
}

export type Result = Place & {
  readonly name: string
} & (
    | { readonly status: 'pass'; readonly note: string | undefined }
    | { readonly status: 'fail'; readonly message: string }
    | { readonly status: 'impossible'; readonly reason: string; readonly message: string }
  )

export async function runCheck({ run, impossible, ...place }: Check): Promise<Result> {
  const { table, row, peer, name } = place
  const result = { table, row, peer, name }
  try {
    const note = await run()
    if (impossible === undefined || impossible.sometimes === true) {
      return { ...result, status: 'pass', note }
    }
    const message = `works now, although the table of impossibilities says: ${impossible.reason}`
    return { ...result, status: 'fail', message }
  } catch (error) {
    const message = error instanceof Error ? error.message : String(error)
    const expected = error instanceof Refused || error instanceof Mismatch
    return impossible !== undefined && expected
      ? { ...result, status: 'impossible', reason: impossible.reason, message }
      : { ...result, status: 'fail', message }
  }
}
