// SPDX-License-Identifier: Apache-2.0
/**
 * Streams of AES-GCM content: several chunks at work at a time, the tag put together from theirs.
 * What fits one chunk goes through one native call.
 *
 * @module
 */

import type { Bytes } from '../bytes.ts'
import { decryptionFailed } from '../errors.ts'
import { chunks, firstOf, putBack, type Chunk } from './chunks.ts'
import type { ContentKey } from './content-key.ts'
import type { GcmCipher } from './gcm.ts'
import { EMPTY_SHARE, sameShare, type GcmShare } from './gcm-share.ts'
import { decryptBytes, encryptBytes } from './one-shot.ts'
import type { StreamSettings } from './options.ts'
import { mapOrdered } from './ordered.ts'
import { release } from './release.ts'

const TAG = 16 // bytes
const HELD_BACK = TAG + 1 // bytes: content of one chunk is the last chunk, and so is decrypted in one call

/** The cipher for a stream that has begun, and that is closed if there is none. */
async function cipherFor(
  key: ContentKey,
  settings: StreamSettings,
  stream: AsyncGenerator<Chunk>,
): Promise<GcmCipher> {
  try {
    return await settings.cipher(key)
  } catch (error) {
    await stream.return(undefined)
    throw error
  }
}

/** Ciphertext, then the tag. */
export async function* encryptGcm(
  key: ContentKey,
  source: AsyncIterable<Bytes>,
  settings: StreamSettings,
): AsyncGenerator<Bytes> {
  const { chunkSize, length = Infinity } = settings
  // What is known to fit one chunk is held back as the last; else chunks need not be copied.
  const stream = chunks(source, chunkSize, length > chunkSize ? 0 : 1)
  const first = await firstOf(stream)
  if (first.last) {
    yield await encryptBytes(key, first.bytes)
    return
  }
  const cipher = await cipherFor(key, settings, stream)
  const encrypt = cipher.encryptFrom(0)
  const pieces = mapOrdered(putBack(first, stream), settings.concurrency, ({ bytes }) =>
    encrypt(bytes),
  )
  let total = EMPTY_SHARE
  for await (const { ciphertext, share } of pieces) {
    total = cipher.merge(total, share)
    if (ciphertext.length > 0) yield ciphertext
  }
  yield cipher.tag(total)
}

/** A piece whose share is known, with the tag if the object ends there. */
type Hashed<T> = T & { readonly share: GcmShare; readonly tag: Bytes | undefined }

/** The chunks of content that was found authentic, in order: none if there was but one. Secret. */
export type AuthenticChunks = readonly GcmShare[]

/**
 * Results of `work` on the ciphertext, in order; the last one comes only once the tag was verified.
 *
 * @param first - chunk taken from `stream`, which holds back the tag.
 * @param known - what the chunks must be: then none comes that is another.
 */
async function* authenticated<T extends { readonly share: GcmShare }>(
  cipher: GcmCipher,
  first: Chunk,
  stream: AsyncGenerator<Chunk>,
  concurrency: number,
  work: (ciphertext: Bytes) => Promise<T>,
  known?: AuthenticChunks,
): AsyncGenerator<T> {
  const pieces = mapOrdered(
    putBack(first, stream),
    concurrency,
    async ({ bytes, last }): Promise<Hashed<T>> => {
      const tag = last ? bytes.slice(-TAG) : undefined
      return { ...(await work(last ? bytes.subarray(0, -TAG) : bytes)), tag }
    },
  )
  let total = EMPTY_SHARE
  let index = 0
  for await (const piece of pieces) {
    const expected = known === undefined ? piece.share : known[index++]
    if (expected === undefined || !sameShare(piece.share, expected)) throw decryptionFailed()
    total = cipher.merge(total, piece.share)
    if (piece.tag !== undefined && !cipher.verify(total, piece.tag)) throw decryptionFailed()
    yield piece
  }
}

/**
 * Plaintext of ciphertext and tag. Without `known` **all of it but the last chunk leaves before the tag
 * is verified**; a wrong tag is an error at the end.
 */
export async function* decryptGcm(
  key: ContentKey,
  source: AsyncIterable<Bytes>,
  settings: StreamSettings,
  known?: AuthenticChunks,
): AsyncGenerator<Bytes> {
  const stream = chunks(source, settings.chunkSize, HELD_BACK)
  const first = await firstOf(stream)
  if (first.last) {
    const plaintext = await decryptBytes(key, first.bytes)
    if (plaintext.length > 0) yield plaintext
    return
  }
  const cipher = await cipherFor(key, settings, stream)
  const decrypt = cipher.decryptFrom(0)
  const pieces = authenticated(cipher, first, stream, settings.concurrency, decrypt, known)
  for await (const { plaintext } of pieces) {
    if (plaintext.length > 0) yield plaintext
  }
}

/** Verifies the tag, and decrypts nothing that does not fit one chunk. */
export async function authenticateGcm(
  key: ContentKey,
  source: AsyncIterable<Bytes>,
  settings: StreamSettings,
): Promise<AuthenticChunks> {
  const stream = chunks(source, settings.chunkSize, HELD_BACK)
  const first = await firstOf(stream)
  if (first.last) {
    release(await decryptBytes(key, first.bytes))
    return []
  }
  const cipher = await cipherFor(key, settings, stream)
  const hash = async (ciphertext: Bytes) => ({ share: await cipher.authenticate(ciphertext) })
  const pieces = authenticated(cipher, first, stream, settings.concurrency, hash)
  const found: GcmShare[] = []
  for await (const { share } of pieces) found.push(share)
  return found
}
