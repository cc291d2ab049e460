// SPDX-License-Identifier: Apache-2.0
/**
 * A range of a stored object, from as many responses as it takes.
 *
 * @module
 */

import type { GetObjectCommandOutput } from '@aws-sdk/client-s3'
import type { Bytes } from '@s3-cse/core'
import { responseChunks, type SdkBody } from '../body/output.ts'
import { objectChanged } from '../object-changed.ts'

/** Asks for bytes from `start` up to, not including, `end`. */
export type GetRange = (start: number, end: number) => Promise<GetObjectCommandOutput>

/** What is wanted, and how hard to try. */
export interface RangeRequest {
  readonly start: number
  /** The byte after the last one. */
  readonly end: number
  /** Responses in a row that may break without a single byte. */
  readonly attempts: number
  readonly signal: AbortSignal
  /** A response that is there already and begins at `start`. */
  readonly first?: GetObjectCommandOutput | undefined
}

/**
 * All bytes of a range. A response that breaks is taken up where it broke; requests that fail were
 * repeated by the SDK already.
 *
 * @throws `S3EncryptionError` with `ERR_OBJECT_CHANGED` if a response has more than was asked for.
 */
export async function fetchRange(get: GetRange, request: RangeRequest): Promise<Bytes> {
  const { start, end, attempts, signal } = request
  const bytes = new Uint8Array(end - start)
  let filled = 0
  let response = request.first
  let failures = 0
  while (filled < bytes.length) {
    response ??= await get(start + filled, end)
    const before = filled
    try {
      for await (const chunk of responseChunks(response.Body as SdkBody)) {
        signal.throwIfAborted()
        if (filled + chunk.length > bytes.length) throw objectChanged()
        bytes.set(chunk, filled)
        filled += chunk.length
      }
    } catch (error) {
      failures = filled > before ? 0 : failures + 1
      const { code } = error as { code?: unknown }
      if (signal.aborted || code === 'ERR_OBJECT_CHANGED' || failures >= attempts) throw error
    }
    if (filled === before && filled < bytes.length && failures === 0) throw objectChanged()
    response = undefined
  }
  return bytes
}
