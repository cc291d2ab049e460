// SPDX-License-Identifier: Apache-2.0
/**
 * Port to the one RSA operation that WebCrypto does not offer.
 *
 * @module
 */

import type { Bytes } from '../bytes.ts'

/** Raw RSA, without any padding. */
export interface RawRsa {
  /**
   * RSADP, `ciphertext ** d mod n`: RFC 8017, section 5.1.2. In `node:crypto`: `privateDecrypt` with
   * `RSA_NO_PADDING`.
   *
   * Must not look at the result, which is secret, padding included.
   *
   * @param request - `privateKey` is PKCS#8 DER, the same object for every call with one key, so that
   * a `WeakMap` can keep what was made of it.
   * @returns as many bytes as the modulus has, leading zeros included.
   * @throws if `ciphertext` has another length than the modulus, or is not below it.
   */
  decrypt(request: { readonly privateKey: Bytes; readonly ciphertext: Bytes }): Promise<Uint8Array>
}
