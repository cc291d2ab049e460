// SPDX-License-Identifier: Apache-2.0
/**
 * `S3CSE` of aioboto3, for people who come from there. An entry point of its own, so that nobody else
 * carries what it may do.
 *
 * @module
 */

export { CryptoContext, type EncryptionAesKey } from './context.ts'
export {
  KMSCryptoContext,
  MockKMSCryptoContext,
  type KMSCryptoContextOptions,
  type MockKMSCryptoContextOptions,
} from './kms-context.ts'
export {
  AsymmetricCryptoContext,
  SymmetricCryptoContext,
  type AsymmetricCryptoContextOptions,
} from './raw-contexts.ts'
export { S3CSE, type S3CSEOptions, type SendOptions } from './s3cse.ts'
