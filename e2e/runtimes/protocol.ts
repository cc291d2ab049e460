// SPDX-License-Identifier: Apache-2.0
/**
 * What a runtime and the process that started it tell each other, by JSON over HTTP.
 *
 * @module
 */

import type { LocalAccount, Traits } from '../../conformance/library.ts'

/** `GET /settings`. */
export interface Settings {
  readonly aws: LocalAccount
  readonly traits: Traits
}

/** One line of `POST /results`; no error means that the check passed. */
export interface Result {
  readonly area: string
  readonly name: string
  readonly error?: string | undefined
}

/** `POST /done`: what the runtime says that it is. */
export interface Done {
  readonly version: string
}
