// SPDX-License-Identifier: Apache-2.0
/**
 * Errors of this library. Codes are part of the public surface, messages are for people.
 *
 * @module
 */

/** Stable identifiers, part of the public API. Messages are for people and may change. */
export type ErrorCode =
  | 'ERR_ALGORITHM_UNKNOWN'
  | 'ERR_BODY_INVALID'
  | 'ERR_BUFFER_LIMIT'
  | 'ERR_COMMITMENT_MISMATCH'
  | 'ERR_COMMITMENT_POLICY'
  | 'ERR_CONFIGURATION'
  | 'ERR_CONTENT_LENGTH'
  | 'ERR_CONTENT_RANGE'
  | 'ERR_CONTENT_TOO_LONG'
  | 'ERR_DATA_KEY_INVALID'
  | 'ERR_DECRYPTION_FAILED'
  | 'ERR_ENCRYPTION_CONTEXT_MISMATCH'
  | 'ERR_ENCRYPTION_CONTEXT_RESERVED'
  | 'ERR_ENVELOPE_CONFLICT'
  | 'ERR_ENVELOPE_INVALID'
  | 'ERR_ENVELOPE_LOST'
  | 'ERR_ENVELOPE_MISSING'
  | 'ERR_ENVELOPE_ZERO_IV'
  | 'ERR_INSTRUCTION_FILE_FAILED'
  | 'ERR_INSTRUCTION_FILE_INVALID'
  | 'ERR_INSTRUCTION_FILE_MISSING'
  | 'ERR_INSTRUCTION_FILE_TAMPERED'
  | 'ERR_KEYRING_CANNOT_DECRYPT'
  | 'ERR_KEYRING_CANNOT_ENCRYPT'
  | 'ERR_LEGACY_CONTENT_DISABLED'
  | 'ERR_LEGACY_WRAPPING_DISABLED'
  | 'ERR_METADATA_TOO_LARGE'
  | 'ERR_MULTIPART_ORDER'
  | 'ERR_MULTIPART_PART_CHANGED'
  | 'ERR_MULTIPART_PART_SIZE'
  | 'ERR_MULTIPART_UNKNOWN_UPLOAD'
  | 'ERR_NOT_SUPPORTED'
  | 'ERR_OBJECT_CHANGED'
  | 'ERR_PLAINTEXT_CHECKSUM'
  | 'ERR_PRESIGN_REFUSED'
  | 'ERR_RE_ENCRYPTION_REFUSED'
  | 'ERR_ROTATION_NOT_ENFORCED'
  | 'ERR_SOURCE_CHANGED'
  | 'ERR_UNWRAP_FAILED'
  | 'ERR_UPLOAD_INTERRUPTED'
  | 'ERR_UPLOAD_STATE'
  | 'ERR_WEBCRYPTO_MISSING'
  | 'ERR_WORKER_FAILED'
  | 'ERR_WORKER_MISSING'
  | 'ERR_WRAP_FAILED'
  | 'ERR_WRAPPING_ALGORITHM_UNSUPPORTED'

/** The object, its envelope, its keys or the request were not acceptable. */
export class S3EncryptionError extends Error {
  /** Tells the class, also where `instanceof` does not. */
  override readonly name: 'S3EncryptionError' | 'S3EncryptionSecurityError' = 'S3EncryptionError'
  /** What went wrong: stable, for programs. */
  readonly code: ErrorCode

  /** For keyrings of your own: no secret may stand in the message. */
  constructor(code: ErrorCode, message: string, options?: ErrorOptions) {
    super(message, options)
    this.code = code
  }

  /** What survives a structured clone or a log: never the cause. */
  toJSON(): Pick<S3EncryptionError, 'name' | 'code' | 'message'> {
    return { name: this.name, code: this.code, message: this.message }
  }
}

/** Somebody may have altered the object: a tag, a commitment or an envelope rule did not hold. */
export class S3EncryptionSecurityError extends S3EncryptionError {
  /** Tells the class, also where `instanceof` does not. */
  override readonly name = 'S3EncryptionSecurityError'
}

const names = ['S3EncryptionError', 'S3EncryptionSecurityError']

/** Like `instanceof S3EncryptionError`, but also true across realms and duplicate installs. */
export function isS3EncryptionError(value: unknown): value is S3EncryptionError {
  const name = (value as { name?: unknown } | null | undefined)?.name
  return names.some((known) => known === name)
}

/**
 * The one error for every failure of a content's authentication tag or padding. It tells nothing
 * about which check failed: a difference would be an oracle.
 */
export function decryptionFailed(): S3EncryptionSecurityError {
  return new S3EncryptionSecurityError(
    'ERR_DECRYPTION_FAILED',
    'The content could not be decrypted: it was altered, or it was encrypted under another key.',
  )
}
