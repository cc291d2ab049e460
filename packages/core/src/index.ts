// SPDX-License-Identifier: Apache-2.0
/**
 * Amazon S3 client-side encryption on WebCrypto alone: bytes in, bytes out. No network, no SDK.
 *
 * @module
 */

export { asBytes, concat, fromBase64, toBase64, type Bytes } from './bytes.ts'
export type { ContentKey } from './content/content-key.ts'
export {
  gcmCipher,
  type EncryptedPiece,
  type GcmCipher,
  type GcmTuning,
  type UnverifiedPiece,
} from './content/gcm.ts'
export { EMPTY_SHARE, sameShare, type GcmShare } from './content/gcm-share.ts'
export type { GcmStrategy } from './content/gcm-strategy.ts'
export type { AuthenticChunks } from './content/gcm-stream.ts'
export { ciphertextLength, decryptBytes, encryptBytes } from './content/one-shot.ts'
export {
  contentCipher,
  streamSettings,
  type ContentOptions,
  type GcmCipherFactory,
  type StreamOptions,
  type StreamSettings,
} from './content/options.ts'
export { decryptPartUnverified, encryptPart, type PartOptions } from './content/parts.ts'
export { decryptRangeUnverified, type ContentRange } from './content/range.ts'
export { release } from './content/release.ts'
export { pieces, readPieces, type ByteSource } from './content/source.ts'
export {
  authenticateStream,
  decryptAuthenticated,
  decryptBuffered,
  decryptStreamUnverified,
  encryptStream,
} from './content/stream.ts'
export {
  decryptTransformUnverified,
  encryptTransform,
  toReadable,
  type BytesTransform,
} from './content/transform.ts'
export type { Envelope } from './envelope/envelope.ts'
export { envelopeFields, userMetadata } from './envelope/fields.ts'
export {
  besideInstructionFile,
  checkInstructionFileSize,
  completeFromInstructionFile,
  INSTRUCTION_FILE_METADATA,
  INSTRUCTION_FILE_SUFFIX,
  writeInstructionFile,
} from './envelope/instruction-file.ts'
export { needsInstructionFile } from './envelope/location.ts'
export { plaintextLength, type LengthFacts } from './envelope/plaintext-length.ts'
export { envelopeMissing, readEnvelope } from './envelope/read.ts'
export { summarizeEnvelope, type EnvelopeSummary } from './envelope/summary.ts'
export { checkMetadataSize, withEnvelope, writeEnvelope } from './envelope/write.ts'
export {
  decryptionFailed,
  S3EncryptionError,
  S3EncryptionSecurityError,
  isS3EncryptionError,
  type ErrorCode,
} from './errors.ts'
export { deriveKeys, type DerivationInput, type DerivedKeys } from './kdf.ts'
export type { AesKeySource } from './keys/aes-key.ts'
export type { CryptoKey, JsonWebKey } from './keys/webcrypto-types.ts'
export { decryptPrivateKey } from './keys/encrypted-key.ts'
export type { RsaKeySource } from './keys/rsa-key.ts'
export type {
  DecryptionMaterials,
  EncryptionMaterials,
  Keyring,
  WrappedDataKey,
} from './keyring/keyring.ts'
export type { KeyFor } from './keyring/key-selection.ts'
export {
  kmsKeyring,
  type Kms,
  type KmsKeyringOptions,
  type KmsKeySelection,
} from './keyring/kms.ts'
export { multiKeyring, type MultiKeyringOptions } from './keyring/multi.ts'
export { rawAesKeyring, type RawAesKeyringOptions } from './keyring/raw-aes.ts'
export { rawRsaKeyring, type RawRsaKeyringOptions } from './keyring/raw-rsa.ts'
export type { RawRsa } from './keyring/raw-rsa-port.ts'
export {
  checkWrapping,
  type WrappingAlgorithm,
  type WrappingAlgorithmName,
} from './keyring/wrapping.ts'
export {
  beginDecryption,
  beginEncryption,
  type DecryptionRequest,
  type EncryptionRequest,
  type NewObject,
} from './materials.ts'
export { reEncryptDataKey, type ReEncryptionRequest } from './re-encryption.ts'
export {
  decrypt,
  encrypt,
  type DecryptOptions,
  type EncryptedObject,
  type EncryptOptions,
} from './object.ts'
export {
  checkReadable,
  suiteForEncryption,
  type CommitmentPolicy,
  type DecryptionPolicy,
  type EncryptionPolicy,
} from './policy.ts'
export type { StringMap } from './string-map.ts'
export {
  algorithmSuite,
  algorithmSuites,
  type AlgorithmSuite,
  type AlgorithmSuiteId,
  type AlgorithmSuiteName,
  type FormatVersion,
} from './suites.ts'
