// SPDX-License-Identifier: Apache-2.0
/**
 * RSA keys, whatever they come as.
 *
 * @module
 */

import { asBytes, type Bytes } from '../bytes.ts'
import { subtle } from '../webcrypto.ts'
import { DECRYPTS, ENCRYPTS } from './cipher.ts'
import { isCryptoKey, requireFit, type KeyRequirement } from './crypto-key.ts'
import { importRefused, unfitKey } from './failures.ts'
import { fromBase64Url, isJwk, readRsaJwk } from './jwk.ts'
import { readPem } from './pem.ts'
import { recognizeRsaDer, type RsaDer } from './rsa-der.ts'
import type { CryptoKey, JsonWebKey } from './webcrypto-types.ts'

/**
 * An RSA key: PEM text or DER bytes (SPKI, PKCS#8 or PKCS#1, without passphrase), a JWK with `kty`
 * `RSA`, or a `CryptoKey` for RSA-OAEP with SHA-1. Legacy wrapping that is read by way of a raw RSA
 * operation needs a private key that is extractable, if it is a `CryptoKey`.
 */
export type RsaKeySource = CryptoKey | JsonWebKey | string | Uint8Array

/** Digests of RSA-OAEP that objects use. */
export type OaepHash = 'SHA-1' | 'SHA-256'

/** A public key for each use. */
export interface RsaPublicKey {
  /** For RSA-OAEP with this digest, also within MGF1. */
  oaep(hash: OaepHash): Promise<CryptoKey>
  /** Modulus and public exponent, big-endian. */
  integers(): Promise<{ readonly modulus: Bytes; readonly exponent: Bytes }>
}

/** A private key for each use. */
export interface RsaPrivateKey {
  /** For RSA-OAEP with this digest, also within MGF1. */
  oaep(hash: OaepHash): Promise<CryptoKey>
  /** PKCS#8 DER: the same object each time. */
  pkcs8(): Promise<Bytes>
}

type KeyType = 'public' | 'private'
type RsaKeyData = RsaDer | ReturnType<typeof readRsaJwk>

const usages: Readonly<Record<KeyType, { readonly given: KeyRequirement['usages'] }>> &
  Readonly<Record<KeyType, { readonly imported: KeyUsage[] }>> = {
  public: { given: ENCRYPTS, imported: ['encrypt'] },
  private: { given: DECRYPTS, imported: ['decrypt'] },
}

/**
 * A public key for every use, imported for each when it is first needed.
 *
 * @param label - name of the option that holds the key, for messages.
 * @throws `S3EncryptionError` with `ERR_CONFIGURATION` if it is no public RSA key; the same, later,
 * if a `CryptoKey` does not fit a use.
 */
export function rsaPublicKey(source: RsaKeySource, label: string): RsaPublicKey {
  const { oaep, extractable } = rsaKey(source, 'public', label)
  return {
    oaep,
    integers: once(async () => {
      const { n = '', e = '' } = await subtle().exportKey('jwk', await extractable())
      const [modulus, exponent] = [fromBase64Url(n), fromBase64Url(e)]
      if (!modulus || !exponent) throw unfitKey(`${label}: the platform exported no RSA key.`)
      return { modulus, exponent }
    }),
  }
}

/** The same for a private key. */
export function rsaPrivateKey(source: RsaKeySource, label: string): RsaPrivateKey {
  const { oaep, extractable } = rsaKey(source, 'private', label)
  return {
    oaep,
    pkcs8: once(async () => new Uint8Array(await subtle().exportKey('pkcs8', await extractable()))),
  }
}

function rsaKey(source: RsaKeySource, type: KeyType, label: string) {
  if (isCryptoKey(source)) return givenKey(source, type, label)
  const data = readKey(source, label)
  checkType(data.type, type, label)
  const imports = {
    'SHA-1': once(() => importRsa(data, 'SHA-1', false, label)),
    'SHA-256': once(() => importRsa(data, 'SHA-256', false, label)),
  }
  return {
    oaep: (hash: OaepHash) => imports[hash](),
    extractable: () => importRsa(data, 'SHA-1', true, label),
  }
}

function givenKey(key: CryptoKey, type: KeyType, label: string) {
  checkType(key.type, type, label)
  if (!key.algorithm.name.startsWith('RSA')) {
    throw unfitKey(
      `${label}: expected a CryptoKey for RSA-OAEP; this one is for ${key.algorithm.name}.`,
    )
  }
  const requirement = { algorithm: 'RSA-OAEP', usages: usages[type].given } as const
  return {
    // Async, so that what does not fit rejects as a failed import does.
    oaep: async (hash: OaepHash) =>
      Promise.resolve(requireFit(key, { ...requirement, hash }, label)),
    extractable: async () => {
      if (!key.extractable) {
        throw unfitKey(
          `${label}: legacy RSA wrapping goes around WebCrypto and needs the key itself, but this CryptoKey is not extractable. Make it extractable, or give it as PEM, DER or JWK.`,
        )
      }
      return Promise.resolve(key)
    },
  }
}

function readKey(source: Exclude<RsaKeySource, CryptoKey>, label: string): RsaKeyData {
  if (typeof source === 'string') return recognizeRsaDer(readPem(source, label), label)
  // A copy: the caller may overwrite its own once the keyring is made.
  if (ArrayBuffer.isView(source)) return recognizeRsaDer(asBytes(source).slice(), label)
  if (isJwk(source)) return readRsaJwk(source, label)
  throw unfitKey(`${label}: expected an RSA key as PEM, DER, JWK or CryptoKey.`)
}

function checkType(actual: CryptoKey['type'], expected: KeyType, label: string): void {
  if (actual !== expected) {
    throw unfitKey(`${label}: expected a ${expected} RSA key, but this one is ${actual}.`)
  }
}

async function importRsa(
  key: RsaKeyData,
  hash: OaepHash,
  extractable: boolean,
  label: string,
): Promise<CryptoKey> {
  const algorithm = { name: 'RSA-OAEP', hash }
  const { imported } = usages[key.type]
  const webcrypto = subtle()
  try {
    return key.format === 'jwk'
      ? await webcrypto.importKey('jwk', key.data, algorithm, extractable, imported)
      : await webcrypto.importKey(key.format, key.data, algorithm, extractable, imported)
  } catch (error) {
    throw importRefused(label, 'RSA-OAEP', error)
  }
}

/** The promise of the first call, for every call. */
function once<T>(make: () => Promise<T>): () => Promise<T> {
  let made: Promise<T> | undefined
  return () => (made ??= make())
}
