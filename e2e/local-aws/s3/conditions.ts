// SPDX-License-Identifier: Apache-2.0
/**
 * Conditional requests.
 *
 * @module
 * @see {@link https://docs.aws.amazon.com/AmazonS3/latest/userguide/conditional-requests.html}
 */

import { s3Error } from './errors.ts'

type Headers = Readonly<Record<string, string>>

interface Validators {
  readonly etag: string
  /** Milliseconds since 1970. */
  readonly lastModified: number
}

/**
 * Conditions of a read. An entity tag is the stronger statement: beside it, the date is not asked.
 *
 * @param prefix - `x-amz-copy-source-` for the source of a copy, where 412 is the only refusal.
 * @throws `PreconditionFailed`, `NotModified`
 */
export function checkRead(headers: Headers, current: Validators, prefix = ''): void {
  const header = (name: string): string | undefined => headers[prefix + name]
  const unchanged = prefix === '' ? 'NotModified' : 'PreconditionFailed'
  const modified = Math.floor(current.lastModified / 1000) * 1000 // HTTP dates have no milliseconds
  const match = header('if-match')
  const unmodifiedSince = Date.parse(header('if-unmodified-since') ?? '')
  const noneMatch = header('if-none-match')
  const modifiedSince = Date.parse(header('if-modified-since') ?? '')

  if (match === undefined ? modified > unmodifiedSince : !lists(match, current.etag)) {
    throw s3Error('PreconditionFailed')
  }
  if (noneMatch === undefined ? modified <= modifiedSince : lists(noneMatch, current.etag)) {
    throw s3Error(unchanged, undefined, { ETag: `"${current.etag}"` })
  }
}

/**
 * Conditions of a write, against the object that it would replace.
 *
 * @throws `PreconditionFailed`, `NoSuchKey`, `NotImplemented`
 */
export function checkWrite(headers: Headers, current: Validators | undefined): void {
  const { 'if-match': match, 'if-none-match': noneMatch } = headers
  if (noneMatch !== undefined && noneMatch !== '*') throw s3Error('NotImplemented')
  if (noneMatch === '*' && current !== undefined) throw s3Error('PreconditionFailed')
  if (match === undefined) return
  if (current === undefined) throw s3Error('NoSuchKey')
  if (!lists(match, current.etag)) throw s3Error('PreconditionFailed')
}

function lists(header: string, etag: string): boolean {
  return header
    .split(',')
    .map((tag) => tag.trim().replace(/^"(.*)"$/, '$1'))
    .some((tag) => tag === '*' || tag === etag)
}
