// SPDX-License-Identifier: Apache-2.0
/**
 * Contexts on keys of one's own: format V1, AES-CBC.
 *
 * @module
 */

import {
  algorithmSuite,
  decryptPrivateKey,
  rawAesKeyring,
  rawRsaKeyring,
  toBase64,
  type AesKeySource,
  type DecryptionMaterials,
  type Keyring,
  type RawRsa,
  type RsaKeySource,
  type StringMap,
} from '@s3-cse/core'
import { CryptoContext, type EncryptionAesKey } from './context.ts'

const CBC = algorithmSuite(0x0070)

abstract class RawCryptoContext extends CryptoContext {
  readonly #keyring: Keyring

  constructor(keyring: Keyring) {
    super()
    this.#keyring = keyring
  }

  override getDecryptionAesKey(
    _key: Uint8Array,
    _materialDescription: StringMap,
    materials: DecryptionMaterials,
  ): Promise<Uint8Array> {
    return this.#keyring.onDecrypt(materials)
  }

  override async getEncryptionAesKey(): Promise<EncryptionAesKey> {
    const wrapped = await this.#keyring.onEncrypt({ suite: CBC, encryptionContext: {} })
    return [wrapped.dataKey, wrapped.description, toBase64(await wrapped.encryptedDataKey)]
  }
}

/** Data keys under an AES key, encrypted with AES-ECB, which authenticates nothing. */
export class SymmetricCryptoContext extends RawCryptoContext {
  /** @throws `S3EncryptionError` with `ERR_CONFIGURATION` if the key is no AES key. */
  constructor({ key }: { readonly key: AesKeySource }) {
    super(
      rawAesKeyring({
        wrappingKey: key,
        writeLegacyAes: true,
        enableLegacyWrappingAlgorithms: true,
      }),
    )
  }
}

/** Options of {@link AsymmetricCryptoContext}. */
export type AsymmetricCryptoContextOptions =
  | {
      /** Writes. */
      readonly publicKey: RsaKeySource
      /** None: it cannot read. */
      readonly privateKey?: undefined
      /** Only to read. */
      readonly rsa?: undefined
    }
  | {
      /** Writes, if it is given. */
      readonly publicKey?: RsaKeySource | undefined
      /** Reads. */
      readonly privateKey: RsaKeySource
      /** The RSA operation that WebCrypto lacks: `nodeRsa` of `@s3-cse/node`, `rawRsa` of `@s3-cse/core/raw-rsa`. */
      readonly rsa: RawRsa
    }

/** Data keys under an RSA key pair, encrypted with PKCS#1 v1.5. Keys come as DER, PEM, JWK or `CryptoKey`. */
export class AsymmetricCryptoContext extends RawCryptoContext {
  /** @throws `S3EncryptionError` with `ERR_CONFIGURATION` if there is no key, or one that is none. */
  constructor({ publicKey, privateKey, rsa }: AsymmetricCryptoContextOptions) {
    super(
      rawRsaKeyring({
        publicKey,
        privateKey,
        rsa,
        writeLegacyRsa: true,
        enableLegacyWrappingAlgorithms: true,
      }),
    )
  }

  /** A public key for the constructor, which takes DER bytes as they are. */
  static fromDerPublicKey(data: Uint8Array): RsaKeySource {
    return data
  }

  /** A private key for the constructor, without its password if it has one. */
  static async fromDerPrivateKey(data: Uint8Array, password?: string): Promise<RsaKeySource> {
    return password === undefined ? data : decryptPrivateKey(data, password)
  }
}
