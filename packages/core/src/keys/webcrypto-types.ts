// SPDX-License-Identifier: Apache-2.0
/**
 * WebCrypto's types for the public surface: programs for Node.js that leave the DOM's types out have no
 * global ones.
 *
 * @module
 */

/** The `CryptoKey` of WebCrypto, as the program's own types have it. */
export type CryptoKey = Extract<
  Awaited<ReturnType<typeof crypto.subtle.generateKey>>,
  {
    /** `secret`, `public` or `private`: a pair of keys has none. */
    type: string
  }
>

/** A JSON Web Key (RFC 7517) of an AES or RSA key. Values are base64url without padding. */
export interface JsonWebKey {
  /** Key type: `oct` (AES) or `RSA`. */
  kty?: string
  /** The one algorithm that the key is for. */
  alg?: string
  /** What a public key is for: `enc`. */
  use?: string
  /** What the key may be used for, as WebCrypto names it. */
  key_ops?: string[]
  /** Whether a `CryptoKey` of it may be exported. */
  ext?: boolean
  /** Bytes of an AES key. */
  k?: string
  /** RSA modulus. */
  n?: string
  /** RSA public exponent. */
  e?: string
  /** RSA private exponent. */
  d?: string
  /** First RSA prime. */
  p?: string
  /** Second RSA prime. */
  q?: string
  /** `d mod (p - 1)`. */
  dp?: string
  /** `d mod (q - 1)`. */
  dq?: string
  /** Inverse of `q` modulo `p`. */
  qi?: string
}
