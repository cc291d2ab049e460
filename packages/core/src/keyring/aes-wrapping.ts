// SPDX-License-Identifier: Apache-2.0
/**
 * How an AES key wraps a data key: one row for each algorithm.
 *
 * @module
 */

import { concat, randomBytes, type Bytes } from '../bytes.ts'
import { unpad } from '../content/pkcs5.ts'
import { decryptWith, encryptWith } from '../keys/cipher.ts'
import type { AesKeyUse } from '../keys/aes-key.ts'
import type { AlgorithmSuite } from '../suites.ts'
import { decryptBlocks, encryptBlocks } from './ecb.ts'
import { boundContentAlgorithm } from './raw-materials.ts'

/** Names of the algorithms of AES keys. */
export type AesWrappingName = 'AES/GCM' | 'AESWrap' | 'AES'

interface Wrapping {
  readonly use: AesKeyUse
  readonly wrap: (key: CryptoKey, dataKey: Bytes, suite: AlgorithmSuite) => Promise<Bytes>
}

interface Unwrapping {
  readonly use: AesKeyUse
  /** Bytes of a wrapped data key of `length` bytes. */
  readonly wrappedLength: (length: number) => number
  readonly unwrap: (key: CryptoKey, wrapped: Bytes, suite: AlgorithmSuite) => Promise<Bytes>
}

const GCM_NONCE = 12 // bytes
const GCM_TAG = 16 // bytes
const KEY_WRAP_CHECK = 8 // bytes, RFC 3394, section 2.2.1
const BLOCK = 16 // bytes

const gcm = (nonce: Bytes, suite: AlgorithmSuite) => ({
  name: 'AES-GCM' as const,
  iv: nonce,
  additionalData: boundContentAlgorithm(suite),
})

/** The algorithms that may be written. */
export const aesWrappings: Readonly<Record<'AES/GCM' | 'AES', Wrapping>> = {
  'AES/GCM': {
    use: 'gcm-encrypt',
    wrap: async (key, dataKey, suite) => {
      const nonce = randomBytes(GCM_NONCE)
      return concat(nonce, await encryptWith(key, gcm(nonce, suite), dataKey))
    },
  },
  AES: { use: 'blocks', wrap: encryptBlocks },
}

/** The algorithms that are read. */
export const aesUnwrappings: Readonly<Record<AesWrappingName, Unwrapping>> = {
  'AES/GCM': {
    use: 'gcm-decrypt',
    wrappedLength: (length) => GCM_NONCE + length + GCM_TAG,
    unwrap: (key, wrapped, suite) =>
      decryptWith(key, gcm(wrapped.subarray(0, GCM_NONCE), suite), wrapped.subarray(GCM_NONCE)),
  },
  AESWrap: {
    use: 'key-unwrap',
    wrappedLength: (length) => length + KEY_WRAP_CHECK,
    unwrap: (key, wrapped) => decryptWith(key, { name: 'AES-KW' }, wrapped),
  },
  AES: {
    use: 'blocks',
    wrappedLength: (length) => length + BLOCK - (length % BLOCK),
    unwrap: async (key, wrapped) => unpad(await decryptBlocks(key, wrapped)),
  },
}
