// SPDX-License-Identifier: Apache-2.0
/**
 * The content of an open body, from its first byte to its last.
 *
 * @module
 */

import { concat, S3EncryptionError, type Bytes } from '@s3-cse/core'
import { openBody, type PlainBody } from './source.ts'

const PIECE = 2 ** 20 // bytes: as much as one native call of the content encryption takes

/** All of a body in pieces. */
export async function* readBody(body: PlainBody): AsyncGenerator<Bytes> {
  if (body.kind === 'stream') {
    yield* body.chunks
    return
  }
  for (let start = 0; start < body.size; start += PIECE) {
    yield await body.read(start, Math.min(start + PIECE, body.size))
  }
}

/**
 * All of a body in memory.
 *
 * @param stated - its length in bytes, if the caller said it.
 * @throws as `openBody`; `S3EncryptionError` with `ERR_CONTENT_LENGTH` if the length is another.
 */
export async function readAll(given: unknown, stated: number | undefined): Promise<Bytes> {
  const body = await openBody(given)
  try {
    const pieces: Bytes[] = []
    for await (const piece of readBody(body)) pieces.push(piece)
    const [first] = pieces
    const bytes = first !== undefined && pieces.length === 1 ? first : concat(...pieces)
    checkStatedLength(stated, bytes.length)
    return bytes
  } finally {
    await body.close()
  }
}

/** Refuses a body that has another length than was said. */
export function checkStatedLength(stated: number | undefined, actual: number): void {
  if (stated !== undefined && stated !== actual) {
    throw new S3EncryptionError(
      'ERR_CONTENT_LENGTH',
      `ContentLength says ${stated} bytes, but the body has ${actual}.`,
    )
  }
}
