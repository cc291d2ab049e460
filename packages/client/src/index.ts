// SPDX-License-Identifier: Apache-2.0
/**
 * Amazon S3 Encryption Client for JavaScript, on the AWS SDK v3.
 *
 * @module
 */

export * from '@s3-cse/core'
export type { AuthenticationMode } from './authentication.ts'
export { S3EncryptionClient, type CallOptions, type S3EncryptionClientConfig } from './client.ts'
export type { EncryptedHeadObjectOutput } from './head-object.ts'
export type { CopyOptions } from './copy-object.ts'
export type {
  EnvelopeStorage,
  IgnoreOptions,
  InstructionFileClientOptions,
  InstructionFileOptions,
  StorageOptions,
} from './instruction-file/options.ts'
export { kmsKeyring, kmsPort, type KmsConnection, type KmsKeyringOptions } from './kms.ts'
export type { WriteTarget as ReEncryptInput } from './instruction-file/requests.ts'
export type { ReEncryptOptions, ReEncryptOutput } from './re-encrypt.ts'
export type { KeyringFactory, S3EncryptionOptions } from './options.ts'
export {
  MIDDLEWARE_NAME,
  s3Encryption,
  type S3EncryptionPluginOptions,
  type S3Plugin,
} from './plugin.ts'
export { withEncryption, type EncryptionRequestOptions } from './request-options.ts'
export type {
  DownloadInput,
  DownloadOptions,
  DownloadOutput,
  DownloadProgress,
} from './transfer/download.ts'
export { memorySink, streamSink, type MemorySink } from './transfer/sinks.ts'
export type { ProgressOptions, UploadProgress } from './transfer/progress.ts'
export type { ResumeOptions } from './transfer/resumable-upload.ts'
export type { UploadInput, UploadOptions } from './transfer/upload.ts'
export { UploadInterruptedError, type UploadState } from './transfer/upload-state.ts'
export type { TransferOptions } from './transfer/options.ts'
export { takingTurns } from './transfer/taking-turns.ts'
export type { OpenSink, OpenSource, Sink, Source } from './transfer/ports.ts'
