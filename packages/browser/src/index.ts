// SPDX-License-Identifier: Apache-2.0
/**
 * Amazon S3 Encryption Client for browsers: the client, files on disk, and Cognito credentials.
 *
 * @module
 */

export * from '@s3-cse/client'
export { S3EncryptionClient, type S3EncryptionClientConfig } from './client.ts'
export { cognitoCredentials, type CognitoOptions } from './cognito.ts'
export type { Hasher } from './checksum/hasher.ts'
export { browserContent, withBrowserDefaults } from './defaults.ts'
export { fileSink } from './file-sink.ts'
export { saveAs } from './save-as.ts'
export { workerPool, type WorkerPool, type WorkerPoolOptions } from './workers/pool.ts'
