// SPDX-License-Identifier: Apache-2.0
/**
 * Amazon S3 Encryption Client for browsers: the client, files on disk, and Cognito credentials.
 *
 * @module
 */

export * from '@s3-cse/client'
export { cognitoCredentials, type CognitoOptions } from './cognito.ts'
export { fileSink } from './file-sink.ts'
export { saveAs } from './save-as.ts'
