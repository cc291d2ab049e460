// SPDX-License-Identifier: Apache-2.0
/**
 * Streams of AES-CBC content. Nothing authenticates it, in one piece or in a stream.
 *
 * @module
 */

import type { Bytes } from '../bytes.ts'
import { decryptionFailed } from '../errors.ts'
import { decryptBlocks, encryptBlocks, encryptPadded, importCbcKey } from './cbc-blocks.ts'
import { chunks } from './chunks.ts'
import type { ContentKey } from './content-key.ts'
import type { StreamSettings } from './options.ts'
import { mapOrdered } from './ordered.ts'
import { unpad } from './pkcs5.ts'

const BLOCK = 16 // bytes
const KEEP = 1 // byte, which tells that a chunk is not the last

/** Padded ciphertext. Each chunk needs the one before: there is nothing to do side by side. */
export async function* encryptCbc(
  key: ContentKey,
  source: AsyncIterable<Bytes>,
  settings: StreamSettings,
): AsyncGenerator<Bytes> {
  const cbcKey = await importCbcKey(key)
  let iv = key.iv
  for await (const { bytes, last } of chunks(source, settings.chunkSize, KEEP)) {
    const encrypt = last ? encryptPadded : encryptBlocks
    const ciphertext = await encrypt(cbcKey, iv, bytes)
    iv = ciphertext.slice(-BLOCK) // before somebody else owns the chunk
    yield ciphertext
  }
}

/** Where a stream of CBC blocks stands in its object. */
export interface CbcPosition {
  /** IV of the object, or ciphertext block before; undefined if the stream begins with it. */
  readonly before: Bytes | undefined
  /** Whether the stream ends with the object, so that its padding is removed. */
  readonly final: boolean
}

/**
 * Plaintext of whole blocks, **which nothing authenticates**.
 *
 * @throws `S3EncryptionSecurityError` with `ERR_DECRYPTION_FAILED` if these are no whole blocks, or
 * if the padding is wrong.
 */
export async function* decryptCbc(
  key: ContentKey,
  source: AsyncIterable<Bytes>,
  settings: StreamSettings,
  position: CbcPosition,
): AsyncGenerator<Bytes> {
  const cbcKey = await importCbcKey(key)
  let before = position.before
  const stream = chunks(source, settings.chunkSize, KEEP)
  const parts = mapOrdered(stream, settings.concurrency, async ({ bytes, last }) => {
    if (bytes.length % BLOCK !== 0) throw decryptionFailed()
    const blocks = before === undefined ? bytes.subarray(BLOCK) : bytes
    const iv = before ?? bytes.slice(0, BLOCK)
    before = bytes.slice(-BLOCK)
    const plaintext = await decryptBlocks(cbcKey, iv, blocks)
    return last && position.final ? unpad(plaintext) : plaintext
  })
  for await (const plaintext of parts) {
    if (plaintext.length > 0) yield plaintext
  }
}
