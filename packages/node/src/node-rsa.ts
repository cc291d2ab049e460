// SPDX-License-Identifier: Apache-2.0
/**
 * The raw RSA operation, which WebCrypto lacks, by OpenSSL: for the two legacy wrappings of
 * `rawRsaKeyring()`. Works in Node.js, Deno and Bun.
 *
 * @module
 */

import { constants, createPrivateKey, privateDecrypt, type KeyObject } from 'node:crypto'
import type { RawRsa } from '@s3-cse/client'

// A configured key comes as the same bytes each time; importing it costs more than using it.
const imported = new WeakMap<Uint8Array, KeyObject>()

function keyObject(privateKey: Uint8Array): KeyObject {
  const known = imported.get(privateKey)
  if (known !== undefined) return known
  const key = createPrivateKey({ key: Buffer.from(privateKey), format: 'der', type: 'pkcs8' })
  imported.set(privateKey, key)
  return key
}

/**
 * For the option `rsa` of `rawRsaKeyring()`.
 *
 * @example
 * ```ts
 * import { nodeRsa, rawRsaKeyring } from '@s3-cse/node'
 *
 * const keyring = rawRsaKeyring({
 *   privateKey: privatePem,
 *   rsa: nodeRsa,
 *   enableLegacyWrappingAlgorithms: true,
 * })
 * ```
 */
export const nodeRsa: RawRsa = {
  decrypt: ({ privateKey, ciphertext }) =>
    Promise.resolve().then(() =>
      privateDecrypt(
        { key: keyObject(privateKey), padding: constants.RSA_NO_PADDING },
        Buffer.from(ciphertext),
      ),
    ),
}
