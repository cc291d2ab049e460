// SPDX-License-Identifier: Apache-2.0
/**
 * Few bytes encrypted under a key that may have either pair of usages: `encrypt` and `decrypt`, or
 * `wrapKey` and `unwrapKey`, which is how a platform marks keys that wrap other keys.
 *
 * @module
 */

import type { Bytes } from '../bytes.ts'
import { subtle } from '../webcrypto.ts'

/** Sets of usages that {@link encryptWith} takes. */
export const ENCRYPTS: readonly (readonly KeyUsage[])[] = [['encrypt'], ['wrapKey']]
/** Sets of usages that {@link decryptWith} takes. */
export const DECRYPTS: readonly (readonly KeyUsage[])[] = [['decrypt'], ['unwrapKey']]

type CipherParams = { readonly name: 'RSA-OAEP' } | { readonly name: 'AES-KW' } | AesGcmParams

// wrapKey takes keys only. That of an HMAC may have any length, which AES keys may not everywhere.
const CARRIER = { name: 'HMAC', hash: 'SHA-256' }

/** Ciphertext of `plaintext`. */
export async function encryptWith(
  key: CryptoKey,
  params: CipherParams,
  plaintext: Bytes,
): Promise<Bytes> {
  const webcrypto = subtle()
  if (key.usages.includes('encrypt')) {
    return new Uint8Array(await webcrypto.encrypt(params, key, plaintext))
  }
  const carried = await webcrypto.importKey('raw', plaintext, CARRIER, true, ['sign'])
  return new Uint8Array(await webcrypto.wrapKey('raw', carried, key, params))
}

/** Plaintext of `ciphertext`; rejects if it does not authenticate, or is empty. */
export async function decryptWith(
  key: CryptoKey,
  params: CipherParams,
  ciphertext: Bytes,
): Promise<Bytes> {
  const webcrypto = subtle()
  if (key.usages.includes('decrypt')) {
    return new Uint8Array(await webcrypto.decrypt(params, key, ciphertext))
  }
  const unwrapped = await webcrypto.unwrapKey('raw', ciphertext, key, params, CARRIER, true, [
    'sign',
  ])
  return new Uint8Array(await webcrypto.exportKey('raw', unwrapped))
}
