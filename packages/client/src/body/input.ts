// SPDX-License-Identifier: Apache-2.0
/**
 * Every kind of body that people hand to `PutObject`, as bytes.
 *
 * @module
 */

import type { Bytes } from '@s3-cse/core'
import { bodyInvalid, chunksOf, collect, immediateBytes } from './chunks.ts'

/**
 * All bytes of a body.
 *
 * @throws `S3EncryptionError` with `ERR_BODY_INVALID` for anything that is no body, such as a plain
 * object or a stream of objects; what the stream throws.
 */
export async function bytesOfBody(body: unknown): Promise<Bytes> {
  if (body === undefined || body === null) return new Uint8Array(0)
  const immediate = immediateBytes(body)
  if (immediate !== undefined) return immediate
  if (typeof body !== 'object') throw bodyInvalid(`The body is a ${typeof body}.`)
  if (body instanceof Blob) return new Uint8Array(await body.arrayBuffer())
  const chunks = chunksOf(body)
  if (chunks === undefined) throw bodyInvalid('The body is an object of an unknown kind.')
  return collect(chunks)
}
