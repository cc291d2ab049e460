// SPDX-License-Identifier: Apache-2.0
/**
 * Reads of several requests are pinned to one object.
 *
 * @module
 */

import type { GetObjectCommandOutput } from '@aws-sdk/client-s3'
import { S3EncryptionError } from '@s3-cse/core'

/** What makes S3 refuse a further request once the object is another. */
export function pinnedTo({ ETag, VersionId }: GetObjectCommandOutput): {
  IfMatch?: string
  VersionId?: string
} {
  return {
    ...(ETag !== undefined && { IfMatch: ETag }),
    ...(VersionId !== undefined && { VersionId }),
  }
}

/** The error for an object that is no longer what was read of it before. */
export function objectChanged(options?: ErrorOptions): S3EncryptionError {
  return new S3EncryptionError(
    'ERR_OBJECT_CHANGED',
    'The object was replaced while it was read. Read it again.',
    options,
  )
}

/** Throws the error of a pinned request, in its own words if the pin did not hold. */
export function throwReplaced(error: unknown): never {
  const { name } = error as { name?: string }
  throw name === 'PreconditionFailed' ? objectChanged({ cause: error }) : error
}
