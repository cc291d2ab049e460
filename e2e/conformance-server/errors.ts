// SPDX-License-Identifier: Apache-2.0
/**
 * Replies, and errors as the model has them.
 *
 * @module
 */

import { isS3EncryptionError } from '@s3-cse/node'

export interface Reply {
  readonly status: number
  readonly headers: Readonly<Record<string, string>>
  readonly body: string | Uint8Array
}

/** Something is wrong with the request or the server, not with what the library was asked. */
export class GenericServerError extends Error {
  override readonly name = 'GenericServerError'
  readonly status: number

  constructor(status: number, message: string) {
    super(message)
    this.status = status
  }
}

export const jsonReply = (
  value: object,
  status = 200,
  headers: Readonly<Record<string, string>> = {},
): Reply => ({
  status,
  headers: { 'content-type': 'application/json', ...headers },
  body: JSON.stringify(value),
})

/** An error of the library is modelled; all others are the server's own. */
export function errorReply(error: unknown): Reply {
  const name = isS3EncryptionError(error) ? 'S3EncryptionClientError' : 'GenericServerError'
  const message = error instanceof Error ? `${error.name}: ${error.message}` : String(error)
  return jsonReply(
    { __type: `software.amazon.encryption.s3#${name}`, message },
    error instanceof GenericServerError ? error.status : 500,
    { 'x-amzn-errortype': name },
  )
}
