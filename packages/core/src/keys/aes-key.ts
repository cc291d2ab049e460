// SPDX-License-Identifier: Apache-2.0
/**
 * AES wrapping keys, whatever they come as.
 *
 * @module
 */

import { asBytes, type Bytes } from '../bytes.ts'
import { subtle } from '../webcrypto.ts'
import { DECRYPTS, ENCRYPTS } from './cipher.ts'
import { isCryptoKey, requireFit, type KeyRequirement } from './crypto-key.ts'
import { importRefused, unfitKey } from './failures.ts'
import { isJwk, readOctetJwk } from './jwk.ts'
import type { CryptoKey, JsonWebKey } from './webcrypto-types.ts'

/**
 * An AES key: 16, 24 or 32 bytes; a JWK with `kty` `oct`; or a `CryptoKey`. A `CryptoKey` serves the
 * one algorithm that it was made for: AES-GCM to write and read, AES-KW and AES-CBC to read what
 * older clients wrote.
 */
export type AesKeySource = CryptoKey | JsonWebKey | Uint8Array

/** The uses of an AES wrapping key. */
export type AesKeyUse = 'gcm-encrypt' | 'gcm-decrypt' | 'key-unwrap' | 'blocks'

/** The key as WebCrypto wants it for one use. */
export type AesKey = (use: AesKeyUse) => Promise<CryptoKey>

interface UseRow extends KeyRequirement {
  /** Usages of a key that is imported here. */
  readonly imported: KeyUsage[]
}

const uses: Readonly<Record<AesKeyUse, UseRow>> = {
  'gcm-encrypt': { algorithm: 'AES-GCM', usages: ENCRYPTS, imported: ['encrypt'] },
  'gcm-decrypt': { algorithm: 'AES-GCM', usages: DECRYPTS, imported: ['decrypt'] },
  'key-unwrap': { algorithm: 'AES-KW', usages: [['unwrapKey']], imported: ['unwrapKey'] },
  blocks: {
    algorithm: 'AES-CBC',
    usages: [['encrypt', 'decrypt']],
    imported: ['encrypt', 'decrypt'],
  },
}

const KEY_LENGTHS = [16, 24, 32] // bytes

/**
 * An AES key for every use, imported for each when it is first needed.
 *
 * @param label - name of the option that holds the key, for messages.
 * @throws `S3EncryptionError` with `ERR_CONFIGURATION` if it is no AES key; the same, later, if a
 * `CryptoKey` does not fit a use.
 */
export function aesKey(source: AesKeySource, label: string): AesKey {
  if (isCryptoKey(source)) return givenKey(source, label)
  const bytes = readBytes(source, label)
  if (!KEY_LENGTHS.includes(bytes.length)) {
    throw unfitKey(
      `${label}: an AES key has ${KEY_LENGTHS.join(', ')} bytes; this one has ${bytes.length}.`,
    )
  }
  const imported = new Map<AesKeyUse, Promise<CryptoKey>>()
  return (use) => {
    const key = imported.get(use) ?? importBytes(bytes, use, label)
    imported.set(use, key)
    return key
  }
}

function givenKey(key: CryptoKey, label: string): AesKey {
  if (!Object.values(uses).some(({ algorithm }) => algorithm === key.algorithm.name)) {
    throw unfitKey(
      `${label}: expected a CryptoKey for AES-GCM, AES-KW or AES-CBC; this one is for ${key.algorithm.name}.`,
    )
  }
  // Async, so that what does not fit rejects as a failed import does.
  return async (use) => Promise.resolve(requireFit(key, uses[use], label))
}

function readBytes(source: Exclude<AesKeySource, CryptoKey>, label: string): Bytes {
  // A copy: the caller may overwrite its own once the keyring is made.
  if (ArrayBuffer.isView(source)) return asBytes(source).slice()
  if (isJwk(source)) return readOctetJwk(source, label)
  throw unfitKey(`${label}: expected an AES key as bytes, JWK or CryptoKey.`)
}

async function importBytes(bytes: Bytes, use: AesKeyUse, label: string): Promise<CryptoKey> {
  const { algorithm, imported } = uses[use]
  const webcrypto = subtle()
  try {
    return await webcrypto.importKey('raw', bytes, algorithm, false, imported)
  } catch (error) {
    throw importRefused(label, algorithm, error)
  }
}
