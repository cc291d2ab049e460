// SPDX-License-Identifier: Apache-2.0
/**
 * Amazon S3 Encryption Client for Node.js: the client, and files.
 *
 * @module
 */

export * from '@s3-cse/client'
export { fileSink } from './file-sink.ts'
export { fileSource } from './file-source.ts'
export { nodeRsa } from './node-rsa.ts'
