// SPDX-License-Identifier: Apache-2.0
/**
 * JSON Web Keys (RFC 7517, RFC 7518): the members that are the key, without the hints beside them.
 *
 * `alg`, `key_ops` and `ext` say for which one algorithm the key was exported, and WebCrypto would
 * hold the import to them; a wrapping key serves several. `use` is what its owner says, and holds.
 *
 * @module
 */

import { fromBase64, type Bytes } from '../bytes.ts'
import { unfitKey } from './failures.ts'

/** Whether a value may be a JWK: an object that names a kind of key. */
export function isJwk(value: unknown): value is JsonWebKey {
  return typeof value === 'object' && value !== null && 'kty' in value
}

/** Bytes of base64url without padding, or `undefined`. */
export function fromBase64Url(text: string): Bytes | undefined {
  if (/[+/=]/.test(text)) return undefined
  const standard = text.replaceAll('-', '+').replaceAll('_', '/')
  return fromBase64(standard + '='.repeat(-text.length & 3))
}

const RSA_PUBLIC = ['n', 'e'] as const
const RSA_PRIVATE = [...RSA_PUBLIC, 'd', 'p', 'q', 'dp', 'dq', 'qi'] as const

/**
 * Bytes of a symmetric key.
 *
 * @param label - name of the option, for the message.
 * @throws `S3EncryptionError` with `ERR_CONFIGURATION` for any other kind of key.
 */
export function readOctetJwk(jwk: JsonWebKey, label: string): Bytes {
  checkUse(jwk, label)
  const bytes = jwk.kty === 'oct' && typeof jwk.k === 'string' ? fromBase64Url(jwk.k) : undefined
  if (bytes === undefined) {
    throw unfitKey(`${label}: expected a JWK with kty "oct" and the key in k, as base64url.`)
  }
  return bytes
}

/**
 * An RSA key with the members that its type has.
 *
 * @param label - name of the option, for the message.
 * @throws `S3EncryptionError` with `ERR_CONFIGURATION` for any other kind of key.
 */
export function readRsaJwk(
  jwk: JsonWebKey,
  label: string,
): { readonly type: 'public' | 'private'; readonly format: 'jwk'; readonly data: JsonWebKey } {
  checkUse(jwk, label)
  const type = jwk.d === undefined ? 'public' : 'private'
  const members = type === 'public' ? RSA_PUBLIC : RSA_PRIVATE
  const missing = members.filter((member) => typeof jwk[member] !== 'string')
  if (jwk.kty !== 'RSA' || missing.length > 0) {
    throw unfitKey(`${label}: expected a JWK with kty "RSA" and ${members.join(', ')}.`)
  }
  const data: JsonWebKey = { kty: 'RSA' }
  for (const member of members) data[member] = jwk[member] as string
  return { type, format: 'jwk', data }
}

function checkUse({ use }: JsonWebKey, label: string): void {
  if (use !== undefined && use !== 'enc') {
    throw unfitKey(`${label}: the JWK is not for encryption, but has use ${JSON.stringify(use)}.`)
  }
}
