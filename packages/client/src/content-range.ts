// SPDX-License-Identifier: Apache-2.0
/**
 * Where a response stands in the stored object.
 *
 * @module
 */

import type { GetObjectCommandOutput } from '@aws-sdk/client-s3'
import { S3EncryptionError } from '@s3-cse/core'
import type { RangeRequest } from './range-request.ts'

/** What of a stored object a response is about. */
export interface StoredRange {
  readonly start: number
  /** Bytes of the whole object, tag or padding included. */
  readonly objectLength: number
}

/** Whether a response is about a part of the object: a server without ranges answers with all of it. */
export function isPartial({
  ContentRange,
  $metadata,
}: Pick<GetObjectCommandOutput, 'ContentRange' | '$metadata'>): boolean {
  return ContentRange !== undefined || $metadata.httpStatusCode === 206
}

/** Reads a `Content-Range` header; undefined if it does not tell both numbers. */
export function parseContentRange(header: string | undefined): StoredRange | undefined {
  const [, start, objectLength] = /^bytes (\d+)-\d+\/(\d+)$/.exec(header ?? '') ?? []
  return objectLength === undefined
    ? undefined
    : { start: Number(start), objectLength: Number(objectLength) }
}

/**
 * Where a response stands in its object.
 *
 * @throws `S3EncryptionError` with `ERR_CONTENT_RANGE` if it does not say, or is not what was asked for.
 */
export function storedRange(
  { header, startIn }: Pick<RangeRequest, 'header' | 'startIn'>,
  { ContentRange }: GetObjectCommandOutput,
): StoredRange {
  const stored = parseContentRange(ContentRange)
  if (stored === undefined || stored.start !== startIn(stored.objectLength)) {
    const held = ContentRange ?? 'missing (in a browser, list it under ExposeHeaders of CORS)'
    throw new S3EncryptionError(
      'ERR_CONTENT_RANGE',
      `The response does not hold the range that was asked for, ${header}: its Content-Range is ${held}.`,
    )
  }
  return stored
}
