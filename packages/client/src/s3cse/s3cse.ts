// SPDX-License-Identifier: Apache-2.0
/**
 * `S3CSE` of aioboto3, with its arguments and its defaults.
 *
 * @module
 */

import type {
  GetObjectCommandInput,
  GetObjectCommandOutput,
  PutObjectCommandInput,
  PutObjectCommandOutput,
  S3Client,
  S3ClientConfig,
} from '@aws-sdk/client-s3'
import {
  concat,
  fromBase64,
  S3EncryptionError,
  type EncryptionPolicy,
  type Keyring,
} from '@s3-cse/core'
import { openBody } from '../body/source.ts'
import { S3EncryptionClient } from '../client.ts'
import type { CryptoContext } from './context.ts'
import { KMSCryptoContext } from './kms-context.ts'

/** Options of {@link S3CSE}. */
export interface S3CSEOptions {
  /** Makes, wraps and unwraps data keys. */
  readonly cryptoContext: CryptoContext
  /** Configuration of the S3 client: region, credentials, endpoint. */
  readonly s3ClientArgs?: S3ClientConfig | undefined
}

/** Options of one request to the AWS SDK, such as `abortSignal`. */
export type SendOptions = NonNullable<Parameters<S3Client['send']>[1]>

const COMMITMENT = { commitmentPolicy: 'FORBID_ENCRYPT_ALLOW_DECRYPT' } as const

const READS_EVERYTHING = {
  enableLegacyUnauthenticatedModes: true,
  allowUnencryptedObjects: true,
  ignoreInstructionFiles: true,
  enableSuffixRanges: true,
  bufferSize: 68_719_476_704, // bytes: whatever there is
} as const

/**
 * Writes the objects that aioboto3's `S3CSE` writes, and reads all that it reads: for people who move from
 * Python and keep their bucket.
 *
 * Like its model, and unlike `S3EncryptionClient`, it reads what cannot be authenticated (AES-CBC, ranges) and
 * returns objects without an envelope as they are: whoever can write to the bucket can put plaintext
 * there. Data keys are never committed to.
 *
 * @example
 * ```ts
 * import { KMSCryptoContext, S3CSE } from '@s3-cse/client/s3cse'
 *
 * const cryptoContext = new KMSCryptoContext({ keyId: 'alias/app' })
 * const s3cse = new S3CSE({ cryptoContext, s3ClientArgs: { region: 'eu-central-1' } })
 * await s3cse.putObject({ Bucket, Key, Body: 'secret' })
 * const { Body } = await s3cse.getObject({ Bucket, Key })
 * await s3cse.close()
 * ```
 */
export class S3CSE {
  readonly #context: CryptoContext
  readonly #client: S3EncryptionClient
  #ready: Promise<void> | undefined

  /** Nothing is sent before the first request. */
  constructor({ cryptoContext, s3ClientArgs = {} }: S3CSEOptions) {
    this.#context = cryptoContext
    this.#client = new S3EncryptionClient({
      ...s3ClientArgs,
      ...READS_EVERYTHING,
      ...policyOf(cryptoContext),
      keyring: keyringOf(cryptoContext),
    })
  }

  /** Sets the context up; happens by itself before the first request. */
  setup(): Promise<void> {
    return (this.#ready ??= this.#context.setup())
  }

  /** Closes connections, and the context. */
  async close(): Promise<void> {
    this.#client.destroy()
    await this.#context.close()
    this.#ready = undefined
  }

  /** `GetObject`, decrypted; a `Range` is one of the plaintext. */
  async getObject(
    input: GetObjectCommandInput,
    options?: SendOptions,
  ): Promise<GetObjectCommandOutput> {
    await this.setup()
    return this.#client.getObject(input, options)
  }

  /** `PutObject`, encrypted. A stream of unknown length is read into memory first. */
  async putObject(
    input: PutObjectCommandInput,
    options?: SendOptions,
  ): Promise<PutObjectCommandOutput> {
    await this.setup()
    return this.#client.putObject(await withKnownLength(input), options)
  }
}

const isAuthenticated = (context: CryptoContext): boolean =>
  context instanceof KMSCryptoContext && context.authenticatedEncryption

function policyOf(context: CryptoContext): EncryptionPolicy {
  return isAuthenticated(context)
    ? COMMITMENT
    : { ...COMMITMENT, algorithmSuite: 'ALG_AES_256_CBC_IV16_NO_KDF', writeLegacyCbc: true }
}

function keyringOf(context: CryptoContext): Keyring {
  // Of the names that format V1 goes without, whichever: it is not stored.
  const wrappingAlgorithm = context instanceof KMSCryptoContext ? 'kms' : 'AES'
  return {
    async onEncrypt() {
      const [dataKey, description, encryptedKey] = await context.getEncryptionAesKey()
      const encryptedDataKey = fromBase64(encryptedKey)
      if (encryptedDataKey === undefined) {
        throw new S3EncryptionError(
          'ERR_DATA_KEY_INVALID',
          'getEncryptionAesKey() must answer with the encrypted key in base64.',
        )
      }
      return { dataKey, encryptedDataKey, wrappingAlgorithm, description }
    },
    onDecrypt: (materials) =>
      context.getDecryptionAesKey(materials.encryptedDataKey, materials.description, materials),
  }
}

/** aioboto3 stores the length of every plaintext, ahead of the ciphertext. */
async function withKnownLength(input: PutObjectCommandInput): Promise<PutObjectCommandInput> {
  if (input.ContentLength !== undefined) return input
  const body = await openBody(input.Body)
  try {
    if (body.kind !== 'stream') return input
    const chunks: Uint8Array[] = []
    for await (const chunk of body.chunks) chunks.push(chunk)
    return { ...input, Body: concat(...chunks) }
  } finally {
    await body.close()
  }
}
