// SPDX-License-Identifier: Apache-2.0
/**
 * Content as a stream, encrypted and decrypted in constant memory, whatever its length and the sizes
 * of the pieces it comes in.
 *
 * The sources are read as their results are, and closed when something fails or when the consumer
 * stops early.
 *
 * @module
 */

import type { Bytes } from '../bytes.ts'
import { decryptCbc, encryptCbc } from './cbc-stream.ts'
import type { ContentKey } from './content-key.ts'
import { authenticateGcm, decryptGcm, encryptGcm, type AuthenticChunks } from './gcm-stream.ts'
import { contentTooLong } from './limits.ts'
import { ciphertextLength } from './one-shot.ts'
import { streamSettings, type StreamOptions } from './options.ts'
import { release } from './release.ts'
import { measured, type ByteSource } from './source.ts'

function noStream({ suite }: ContentKey): RangeError {
  return new RangeError(`key: ${suite.name} does not do this`)
}

/** The pieces of a source that may give `most` bytes. */
function limited(key: ContentKey, source: ByteSource, options: StreamOptions, most: number) {
  const { length } = options
  const tooLong = () => contentTooLong(key.suite)
  if (length !== undefined && length > most) throw tooLong()
  return measured(source, { exact: length, most, tooLong })
}

const longestPlaintext = ({ suite }: ContentKey) => suite.maxContentLength
const longestCiphertext = (key: ContentKey) => ciphertextLength(key, longestPlaintext(key))

/**
 * Encrypts a stream.
 *
 * @returns chunks of ciphertext, and the tag after it (GCM) or padding in it (CBC).
 * @throws `S3EncryptionError` with `ERR_CONTENT_TOO_LONG`, at once if `length` is given, or with
 * `ERR_CONTENT_LENGTH` if the source gives another number of bytes; `RangeError` for options out of
 * their range, or a suite that reads ranges; whatever the source throws.
 */
export function encryptStream(
  key: ContentKey,
  source: ByteSource,
  options: StreamOptions = {},
): AsyncGenerator<Bytes> {
  const settings = streamSettings(options)
  const plaintext = limited(key, source, options, longestPlaintext(key))
  switch (key.suite.cipher) {
    case 'AES-GCM':
      return encryptGcm(key, plaintext, settings)
    case 'AES-CBC':
      return encryptCbc(key, plaintext, settings)
    case 'AES-CTR':
      throw noStream(key)
  }
}

/**
 * Decrypts a stream **with delayed authentication**: plaintext leaves before it is verified. If the
 * stream ends in an error, whatever it gave must be discarded. The last chunk of GCM content leaves
 * only once the tag has been verified; CBC content is never authenticated at all.
 *
 * @param options - their `length` is that of the ciphertext, tag or padding included.
 * @returns chunks of plaintext.
 * @throws `S3EncryptionSecurityError` with `ERR_DECRYPTION_FAILED` at the end if the tag or padding is
 * wrong; else as {@link encryptStream}.
 */
export function decryptStreamUnverified(
  key: ContentKey,
  source: ByteSource,
  options: StreamOptions = {},
): AsyncGenerator<Bytes> {
  const settings = streamSettings(options)
  const ciphertext = limited(key, source, options, longestCiphertext(key))
  switch (key.suite.cipher) {
    case 'AES-GCM':
      return decryptGcm(key, ciphertext, settings)
    case 'AES-CBC':
      return decryptCbc(key, ciphertext, settings, { before: key.iv, final: true })
    case 'AES-CTR':
      throw noStream(key)
  }
}

/**
 * Verifies the tag of a stream of GCM content, without its plaintext: the first of two passes, or a
 * check of an object that is not wanted in clear.
 *
 * @param options - their `length` is that of the ciphertext with its tag.
 * @returns what {@link decryptAuthenticated} takes: 16 bytes for each chunk. It is as secret as the key.
 * @throws as {@link decryptStreamUnverified}; `RangeError` for a suite without a tag.
 */
export async function authenticateStream(
  key: ContentKey,
  source: ByteSource,
  options: StreamOptions = {},
): Promise<AuthenticChunks> {
  if (key.suite.cipher !== 'AES-GCM') throw noStream(key)
  const settings = streamSettings(options)
  const ciphertext = limited(key, source, options, longestCiphertext(key))
  return authenticateGcm(key, ciphertext, settings)
}

/**
 * Decrypts a stream that was authenticated before: the second of two passes. Each chunk leaves only if
 * it is the very one of the first pass, whoever gave another meanwhile.
 *
 * @param known - from {@link authenticateStream} with the same key and chunk size.
 * @throws `S3EncryptionSecurityError` with `ERR_DECRYPTION_FAILED` at the first chunk that is another;
 * else as {@link authenticateStream}.
 */
export function decryptAuthenticated(
  key: ContentKey,
  source: ByteSource,
  known: AuthenticChunks,
  options: StreamOptions = {},
): AsyncGenerator<Bytes> {
  if (key.suite.cipher !== 'AES-GCM') throw noStream(key)
  const settings = streamSettings(options)
  return decryptGcm(key, limited(key, source, options, longestCiphertext(key)), settings, known)
}

/**
 * Decrypts content into memory: GCM content is all verified before any of it is returned.
 *
 * @param options - their `length` is that of the ciphertext; where it is known, less is copied.
 * @throws as {@link decryptStreamUnverified}.
 */
export async function decryptBuffered(
  key: ContentKey,
  source: ByteSource,
  options: StreamOptions = {},
): Promise<Bytes> {
  const length = ArrayBuffer.isView(source) ? source.byteLength : options.length
  let plaintext = new Uint8Array(Math.max(0, (length ?? 0) - key.suite.tagLength))
  let filled = 0
  for await (const chunk of decryptStreamUnverified(key, source, options)) {
    const needed = filled + chunk.length
    if (needed > plaintext.length) {
      const larger = new Uint8Array(Math.max(needed, 2 * plaintext.length))
      larger.set(plaintext.subarray(0, filled))
      release(plaintext)
      plaintext = larger
    }
    plaintext.set(chunk, filled)
    filled = needed
    release(chunk)
  }
  return plaintext.subarray(0, filled)
}
