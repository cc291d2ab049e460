// SPDX-License-Identifier: Apache-2.0

/** What a service answers instead of a result; each server writes it in its own language (XML or JSON). */
export class AwsError extends Error {
  readonly status: number
  readonly code: string
  /** More elements for the error document, such as `ActualObjectSize`. */
  readonly detail: Readonly<Record<string, string>>

  constructor(status: number, code: string, message = code, detail: Record<string, string> = {}) {
    super(message)
    this.status = status
    this.code = code
    this.detail = detail
  }
}

/** The connection was cut on purpose or by the client: nobody is left to answer. */
export class Dropped extends Error {}
