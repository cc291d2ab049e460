// SPDX-License-Identifier: Apache-2.0
/**
 * Keys that the platform holds already. One algorithm, some usages: such a key is used as it is, or
 * not at all.
 *
 * @module
 */

import { unfitKey } from './failures.ts'

/** Like `instanceof CryptoKey`, but also true across realms and where the class is not global. */
export function isCryptoKey(value: unknown): value is CryptoKey {
  return Object.prototype.toString.call(value) === '[object CryptoKey]'
}

/** What one use demands of a key. */
export interface KeyRequirement {
  readonly algorithm: 'AES-GCM' | 'AES-KW' | 'AES-CBC' | 'RSA-OAEP'
  /** Digest of an RSA key. */
  readonly hash?: 'SHA-1' | 'SHA-256' | undefined
  /** Sets of usages, one of which must be there. */
  readonly usages: readonly (readonly KeyUsage[])[]
}

/**
 * The key itself, if it is fit for the use.
 *
 * @throws `S3EncryptionError` with `ERR_CONFIGURATION`, naming what is needed.
 */
export function requireFit(key: CryptoKey, requirement: KeyRequirement, label: string): CryptoKey {
  const { algorithm, hash, usages } = requirement
  const ownHash = (key.algorithm as { readonly hash?: KeyAlgorithm }).hash?.name
  const fit =
    key.algorithm.name === algorithm &&
    (hash === undefined || ownHash === hash) &&
    usages.some((set) => set.every((usage) => key.usages.includes(usage)))
  if (!fit) {
    const withHash = (name: string, digest: string | undefined) =>
      digest === undefined ? name : `${name} with ${digest}`
    const needed = usages.map((set) => set.join(' and ')).join(', or ')
    throw unfitKey(
      `${label}: this needs a CryptoKey for ${withHash(algorithm, hash)} with the usage ${needed}; the one given is for ${withHash(key.algorithm.name, ownHash)} with ${key.usages.join(', ') || 'no usages'}. A CryptoKey serves one algorithm: to use one key for several, give it as bytes, JWK or PEM.`,
    )
  }
  return key
}
