// SPDX-License-Identifier: Apache-2.0
/**
 * The Amazon S3 Encryption Client.
 *
 * @module
 */

import {
  GetObjectCommand,
  HeadObjectCommand,
  PutObjectCommand,
  S3Client,
  type GetObjectCommandInput,
  type GetObjectCommandOutput,
  type HeadObjectCommandInput,
  type PutObjectCommandInput,
  type PutObjectCommandOutput,
  type S3ClientConfig,
} from '@aws-sdk/client-s3'
import type { EncryptedHeadObjectOutput } from './head-object.ts'
import { checkOptions, type S3EncryptionOptions, type Settings } from './options.ts'
import { pluginWith } from './plugin.ts'
import type { WriteTarget as ReEncryptInput } from './instruction-file/requests.ts'
import {
  reEncryptInstructionFile,
  type ReEncryptOptions,
  type ReEncryptOutput,
} from './re-encrypt.ts'
import { withEncryption, type EncryptionRequestOptions } from './request-options.ts'
import {
  download,
  type DownloadInput,
  type DownloadOptions,
  type DownloadOutput,
} from './transfer/download.ts'
import type { Sink } from './transfer/ports.ts'
import { upload, type UploadInput, type UploadOptions } from './transfer/upload.ts'

/** Configuration of {@link S3EncryptionClient}: that of `S3Client`, and how to encrypt. */
export type S3EncryptionClientConfig = S3ClientConfig & S3EncryptionOptions

/** Options of one call: those of `send`, and those of the encryption. */
export type CallOptions = NonNullable<Parameters<S3Client['send']>[1]> & EncryptionRequestOptions

/**
 * An `S3Client` that encrypts what it puts and decrypts what it gets. Commands without content pass
 * through.
 *
 * @example
 * ```ts
 * import { PutObjectCommand } from '@aws-sdk/client-s3'
 * import { kmsKeyring, S3EncryptionClient } from '@s3-cse/client'
 *
 * const s3 = new S3EncryptionClient({
 *   region: 'eu-central-1',
 *   keyring: kmsKeyring({ keyId: 'alias/app' }),
 * })
 * await s3.send(new PutObjectCommand({ Bucket, Key, Body: 'secret' }))
 * ```
 */
export class S3EncryptionClient extends S3Client {
  readonly #settings: Settings

  /** @throws `S3EncryptionError` with `ERR_CONFIGURATION`. */
  constructor(config: S3EncryptionClientConfig) {
    super(config)
    this.#settings = checkOptions(this, config)
    this.middlewareStack.use(pluginWith(this.#settings))
  }

  /** `PutObject`, encrypted. */
  putObject(input: PutObjectCommandInput, options?: CallOptions): Promise<PutObjectCommandOutput> {
    return this.send(new PutObjectCommand(withEncryption(input, options ?? {})), options)
  }

  /** `GetObject`, decrypted. */
  getObject(input: GetObjectCommandInput, options?: CallOptions): Promise<GetObjectCommandOutput> {
    return this.send(new GetObjectCommand(withEncryption(input, options ?? {})), options)
  }

  /** `HeadObject`, with the length of the plaintext and a summary of the envelope. */
  headObject(
    input: HeadObjectCommandInput,
    options?: CallOptions,
  ): Promise<EncryptedHeadObjectOutput> {
    return this.send(new HeadObjectCommand(input), options)
  }

  /**
   * Downloads an object into a sink, by ranges side by side, and shows it only once all of it is
   * authenticated.
   *
   * @example
   * ```ts
   * import { fileSink } from '@s3-cse/node'
   *
   * await s3.download({ Bucket, Key }, fileSink('report.pdf'))
   * ```
   */
  download(input: DownloadInput, sink: Sink, options?: DownloadOptions): Promise<DownloadOutput> {
    return download(this.#settings, input, sink, options)
  }

  /**
   * Uploads bytes, a `Blob`, a file or a stream, in parts side by side, with progress. With `onState` it
   * can be resumed, also by another process.
   *
   * @example
   * ```ts
   * import { fileSource } from '@s3-cse/node'
   *
   * await s3.upload({ Bucket, Key, Body: fileSource('report.pdf') }, { onState: save })
   * ```
   */
  upload(input: UploadInput, options?: UploadOptions): Promise<PutObjectCommandOutput> {
    return upload(this.#settings, input, options)
  }

  /**
   * Rotates the key of an object whose envelope is in an instruction file: writes the file anew, with the data key
   * wrapped by another keyring, and leaves the object alone.
   *
   * @example
   * ```ts
   * import { rawAesKeyring } from '@s3-cse/client'
   *
   * const newKeyring = rawAesKeyring({ wrappingKey: currentKey })
   * await s3.reEncryptInstructionFile({ Bucket, Key }, { newKeyring, enforceRotation: true })
   * ```
   */
  reEncryptInstructionFile(
    input: ReEncryptInput,
    options: ReEncryptOptions,
  ): Promise<ReEncryptOutput> {
    return reEncryptInstructionFile(this.#settings, input, options)
  }
}
