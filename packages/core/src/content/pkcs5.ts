// SPDX-License-Identifier: Apache-2.0
/**
 * The padding of AES-CBC content, which the S3 formats call PKCS5Padding: RFC 5652, section 6.3,
 * with blocks of 16 bytes.
 *
 * WebCrypto pads what it encrypts. What it decrypts is unpadded here, so that one and the same error
 * answers every way in which padding can be wrong, after one and the same time.
 *
 * @module
 */

import { decryptionFailed } from '../errors.ts'

const BLOCK = 16 // bytes

/** Length in bytes of a plaintext of `length` bytes once it is padded: 1 to 16 bytes more. */
export function paddedLength(length: number): number {
  return length + BLOCK - (length % BLOCK)
}

/**
 * What precedes the padding, as a view of the same memory.
 *
 * The time it takes depends on the length of `padded` alone.
 *
 * @param padded - whole blocks, at least one; only the last one is looked at.
 * @throws `S3EncryptionSecurityError` with `ERR_DECRYPTION_FAILED` if this is not so, or if the
 * padding is not that of RFC 5652.
 */
export function unpad<T extends ArrayBufferLike>(padded: Uint8Array<T>): Uint8Array<T> {
  if (padded.length === 0 || padded.length % BLOCK !== 0) throw decryptionFailed()
  const last = padded.length - 1
  const count = padded[last] as number
  // RFC 5652, 6.3: count is one of 1..16, and each of the last count bytes has the value count.
  // Shifting right by 8 turns a small negative difference into all ones, any other into zero.
  let wrong = ((count - 1) | (BLOCK - count)) >> 8
  for (let i = 0; i < BLOCK; i++) {
    const isPadding = (i - count) >> 8
    wrong |= isPadding & ((padded[last - i] as number) ^ count)
  }
  if (wrong !== 0) throw decryptionFailed()
  return padded.subarray(0, padded.length - count)
}
