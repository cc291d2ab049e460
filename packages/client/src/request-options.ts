// SPDX-License-Identifier: Apache-2.0
/**
 * Options of one request, carried by the input of its command.
 *
 * @module
 */

import type { StringMap } from '@s3-cse/core'
import type { AuthenticationMode } from './authentication.ts'
import type { CopyOptions } from './copy-object.ts'
import type { InstructionFileOptions, StorageOptions } from './instruction-file/options.ts'
import type { TransferOptions } from './transfer/options.ts'
import type { ProgressOptions } from './transfer/progress.ts'

/** What may be said about one request. */
export type EncryptionRequestOptions = TransferOptions &
  ProgressOptions &
  StorageOptions &
  InstructionFileOptions &
  CopyOptions &
  AuthenticationMode & {
    /**
     * Map that AWS KMS authenticates. Stored in clear with the object; a reader must give the same one.
     */
    readonly encryptionContext?: StringMap | undefined
  }

// A symbol survives the copies that the SDK makes of an input, and is never serialised.
const OPTIONS = Symbol.for('@s3-cse/request-options')

/**
 * The input of a command with encryption options for this one request.
 *
 * @example
 * ```ts
 * import { PutObjectCommand } from '@aws-sdk/client-s3'
 * import { withEncryption } from '@s3-cse/client'
 *
 * await s3.send(new PutObjectCommand(withEncryption(
 *   { Bucket, Key, Body: 'secret' },
 *   { encryptionContext: { tenant: '7' } },
 * )))
 * ```
 */
export function withEncryption<Input extends object>(
  input: Input,
  options: EncryptionRequestOptions,
): Input {
  return { ...input, [OPTIONS]: { ...requestOptions(input), ...options } }
}

/** Encryption options of an input; none given is an empty set. */
export function requestOptions(input: object): EncryptionRequestOptions {
  return (input as { [OPTIONS]?: EncryptionRequestOptions })[OPTIONS] ?? {}
}
