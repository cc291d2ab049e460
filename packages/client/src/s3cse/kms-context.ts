// SPDX-License-Identifier: Apache-2.0
/**
 * The context on AWS KMS: format V2, wrapping algorithm `kms`.
 *
 * @module
 */

import { KMSClient, type KMSClientConfig } from '@aws-sdk/client-kms'
import {
  algorithmSuite,
  kmsKeyring,
  S3EncryptionError,
  toBase64,
  type DecryptionMaterials,
  type StringMap,
} from '@s3-cse/core'
import { kmsPort } from '../kms.ts'
import { without } from '../members.ts'
import { USER_AGENT } from '../version.ts'
import { CryptoContext, type EncryptionAesKey } from './context.ts'

/** Options of {@link KMSCryptoContext}. */
export interface KMSCryptoContextOptions {
  /** Key id, key ARN, alias name or alias ARN. Without it the context only reads. */
  readonly keyId?: string | undefined
  /** Configuration of the KMS client: region, credentials. */
  readonly kmsClientArgs?: KMSClientConfig | undefined
  /**
   * Write AES-GCM instead of AES-CBC.
   *
   * @defaultValue true
   */
  readonly authenticatedEncryption?: boolean | undefined
}

const RESERVED = ['aws:x-amz-cek-alg', 'kms_cmk_id']

/** Data keys from AWS KMS. Reads with whichever key wrapped them. */
export class KMSCryptoContext extends CryptoContext {
  /** Whether it writes AES-GCM instead of AES-CBC. */
  readonly authenticatedEncryption: boolean
  readonly #keyId: string | undefined
  readonly #clientArgs: KMSClientConfig
  #client: KMSClient | undefined

  /** It connects in `setup()`. */
  constructor(options: KMSCryptoContextOptions = {}) {
    super()
    this.authenticatedEncryption = options.authenticatedEncryption ?? true
    this.#keyId = options.keyId
    this.#clientArgs = options.kmsClientArgs ?? {}
  }

  override setup(): Promise<void> {
    this.#client ??= new KMSClient({ customUserAgent: [USER_AGENT], ...this.#clientArgs })
    return Promise.resolve()
  }

  override close(): Promise<void> {
    this.#client?.destroy()
    this.#client = undefined
    return Promise.resolve()
  }

  override async getDecryptionAesKey(
    _key: Uint8Array,
    materialDescription: StringMap,
    materials: DecryptionMaterials,
  ): Promise<Uint8Array> {
    const keyring = kmsKeyring({
      discovery: true,
      kms: this.#kms(),
      enableLegacyWrappingAlgorithms: true,
    })
    // Nobody says which context is expected: whatever the object has is, as long as KMS agrees.
    const { legacy } = materials.wrappingAlgorithm
    const encryptionContext = legacy ? {} : without(materialDescription, RESERVED)
    return keyring.onDecrypt({ ...materials, encryptionContext })
  }

  override async getEncryptionAesKey(): Promise<EncryptionAesKey> {
    const keyId = this.#keyId
    if (keyId === undefined) {
      throw new S3EncryptionError(
        'ERR_KEYRING_CANNOT_ENCRYPT',
        'A KMSCryptoContext without keyId can only read. To write, give it one.',
      )
    }
    const keyring = kmsKeyring({ keyId, kms: this.#kms(), writeLegacyKms: true })
    const materials = { suite: algorithmSuite(0x0072), encryptionContext: {} }
    const { dataKey, description, encryptedDataKey } = await keyring.onEncrypt(materials)
    return [dataKey, description, toBase64(await encryptedDataKey)]
  }

  #kms() {
    if (this.#client === undefined) {
      throw new S3EncryptionError(
        'ERR_CONFIGURATION',
        'The KMSCryptoContext is not set up, or closed already. Call setup() first.',
      )
    }
    return kmsPort(this.#client)
  }
}

/** Options of {@link MockKMSCryptoContext}. */
export interface MockKMSCryptoContextOptions {
  /** 32 bytes: the data key of every object. */
  readonly aesKey: Uint8Array
  /** What is stored with each object. */
  readonly materialDescription: StringMap
  /** What stands in for the encrypted data key. */
  readonly encryptedKey: Uint8Array
  /** @defaultValue true */
  readonly authenticatedEncryption?: boolean | undefined
}

/** For tests: one data key, without AWS KMS. It protects nothing. */
export class MockKMSCryptoContext extends KMSCryptoContext {
  readonly #options: MockKMSCryptoContextOptions

  /** Nothing is asked of AWS KMS. */
  constructor(options: MockKMSCryptoContextOptions) {
    super({ authenticatedEncryption: options.authenticatedEncryption })
    this.#options = options
  }

  override setup(): Promise<void> {
    return Promise.resolve()
  }

  override getDecryptionAesKey(): Promise<Uint8Array> {
    return Promise.resolve(this.#options.aesKey)
  }

  override getEncryptionAesKey(): Promise<EncryptionAesKey> {
    const { aesKey, materialDescription, encryptedKey } = this.#options
    return Promise.resolve([aesKey, { ...materialDescription }, toBase64(encryptedKey)])
  }
}
