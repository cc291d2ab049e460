// SPDX-License-Identifier: Apache-2.0
export { S3EncryptionError, S3EncryptionSecurityError, isS3EncryptionError } from './errors.ts'
export type { ErrorCode } from './errors.ts'
