// SPDX-License-Identifier: Apache-2.0
/**
 * Ranges past the cache of a browser, which completes what it has of an object: it alters the `Range` that
 * was signed, and S3 refuses the signature.
 *
 * @module
 */

import type { GetObjectCommandInput } from '@aws-sdk/client-s3'

/** Each keeps a browser's cache out of a request: Fetch standard, "HTTP-network-or-cache fetch". */
const CONDITIONS = [
  'IfMatch',
  'IfModifiedSince',
  'IfNoneMatch',
  'IfUnmodifiedSince',
] as const satisfies readonly (keyof GetObjectCommandInput)[]

const NEVER = new Date('9999-12-31T23:59:59Z')

/** The input with a condition: its own, or one that always holds. */
export function pastCaches(input: GetObjectCommandInput): GetObjectCommandInput {
  return CONDITIONS.some((name) => input[name] !== undefined)
    ? input
    : { ...input, IfUnmodifiedSince: NEVER }
}
