// SPDX-License-Identifier: Apache-2.0
/**
 * How an RSA key wraps a data key: one row for each algorithm.
 *
 * @module
 */

import { asBytes, type Bytes } from '../bytes.ts'
import { S3EncryptionError } from '../errors.ts'
import { fromBytes, power, toBytes } from '../keys/big-integer.ts'
import { decryptWith, encryptWith } from '../keys/cipher.ts'
import type { RsaPrivateKey, RsaPublicKey } from '../keys/rsa-key.ts'
import type { AlgorithmSuite } from '../suites.ts'
import { orFail, unwrapFailed } from './failures.ts'
import { decodeOaep } from './oaep.ts'
import { padPkcs1, syntheticDataKey, unpadPkcs1 } from './pkcs1.ts'
import { readPseudoDataKey, writePseudoDataKey } from './pseudo-data-key.ts'
import type { RawRsa } from './raw-rsa-port.ts'
import type { WrappingAlgorithmName } from './wrapping.ts'

const OAEP_SHA1 = 'RSA-OAEP-SHA1'
const OAEP_SHA256 = 'RSA/ECB/OAEPWithSHA-256AndMGF1Padding'
const PKCS1 = 'RSA'

/** Names of the algorithms of RSA keys. */
export type RsaWrappingName = typeof OAEP_SHA1 | typeof OAEP_SHA256 | typeof PKCS1

/** Makes ready, with what may be wrong about the key, then wraps. */
type Wrapping = (
  key: RsaPublicKey,
) => Promise<(dataKey: Bytes, suite: AlgorithmSuite) => Promise<Bytes>>

/** The algorithms that may be written. */
export const rsaWrappings: Readonly<Record<typeof OAEP_SHA1 | typeof PKCS1, Wrapping>> = {
  [OAEP_SHA1]: async (publicKey) => {
    const key = await publicKey.oaep('SHA-1')
    return (dataKey, suite) =>
      encryptWith(key, { name: 'RSA-OAEP' }, writePseudoDataKey(dataKey, suite))
  },
  [PKCS1]: async (publicKey) => {
    const { modulus, exponent } = await publicKey.integers()
    // RSAEP, RFC 8017, section 5.1.1. BigInt takes a time that depends on the padded data key, though
    // hardly: the exponent is short, and nobody can choose or repeat what is encrypted.
    return async (dataKey) => {
      const padded = fromBytes(padPkcs1(dataKey, modulus.length))
      const wrapped = power(padded, fromBytes(exponent), fromBytes(modulus))
      return Promise.resolve(toBytes(wrapped, modulus.length))
    }
  },
}

/** What an unwrapping is given. */
export interface RsaUnwrapping {
  readonly key: RsaPrivateKey
  readonly wrapped: Bytes
  readonly suite: AlgorithmSuite
  readonly rsa: RawRsa | undefined
}

/** The algorithms that are read. */
export const rsaUnwrappings: Readonly<
  Record<RsaWrappingName, (unwrapping: RsaUnwrapping) => Promise<Bytes>>
> = {
  [OAEP_SHA1]: async ({ key, wrapped, suite }) => {
    const privateKey = await key.oaep('SHA-1')
    const pseudoDataKey = await orFail(
      decryptWith(privateKey, { name: 'RSA-OAEP' }, wrapped),
      unwrapFailed,
      OAEP_SHA1,
    )
    return readPseudoDataKey(pseudoDataKey, suite) ?? fail(OAEP_SHA1)
  },
  // The name does not say which digest MGF1 has: of Java's providers, one takes SHA-1, one SHA-256.
  [OAEP_SHA256]: async ({ key, wrapped, suite, rsa }) => {
    if (rsa === undefined) return unwrapOaepNatively(key, wrapped, suite)
    const { block } = await rawDecrypt(rsa, key, wrapped, OAEP_SHA256)
    const dataKey = await decodeOaep(block, ['SHA-1', 'SHA-256'], suite.dataKeyLengths)
    return dataKey ?? fail(OAEP_SHA256)
  },
  [PKCS1]: async ({ key, wrapped, suite, rsa }) => {
    if (rsa === undefined) throw rawRsaMissing(PKCS1)
    const { block, privateKey } = await rawDecrypt(rsa, key, wrapped, PKCS1)
    const synthetic = await syntheticDataKey(privateKey, wrapped)
    return unpadPkcs1(block, synthetic, suite.dataKeyLengths)
  },
}

/** Without raw RSA, MGF1 has the digest of the rest, or it cannot be known whether it has another. */
async function unwrapOaepNatively(key: RsaPrivateKey, wrapped: Bytes, suite: AlgorithmSuite) {
  const privateKey = await key.oaep('SHA-256')
  let dataKey: Bytes
  try {
    dataKey = await decryptWith(privateKey, { name: 'RSA-OAEP' }, wrapped)
  } catch {
    throw rawRsaMissing(OAEP_SHA256)
  }
  return suite.dataKeyLengths.includes(dataKey.length) ? dataKey : fail(OAEP_SHA256)
}

/** What fails here depends on the modulus and on the ciphertext alone, never on what it decrypts to. */
async function rawDecrypt(
  rsa: RawRsa,
  key: RsaPrivateKey,
  wrapped: Bytes,
  algorithm: RsaWrappingName,
) {
  const privateKey = await key.pkcs8()
  const operation = rsa.decrypt({ privateKey, ciphertext: wrapped })
  const block = asBytes(await orFail(operation, unwrapFailed, algorithm))
  return block.length === wrapped.length ? { block, privateKey } : fail(algorithm)
}

function fail(algorithm: WrappingAlgorithmName): never {
  throw unwrapFailed(algorithm)
}

const rawRsaMissing = (algorithm: RsaWrappingName) =>
  new S3EncryptionError(
    'ERR_NOT_SUPPORTED',
    `WebCrypto alone cannot ${algorithm} unwrap the data key. Give the keyring the raw RSA operation as the option rsa: nodeRsa of @s3-cse/node in Node.js, Deno and Bun, or rawRsa of @s3-cse/core/raw-rsa in browsers and workers.`,
  )
