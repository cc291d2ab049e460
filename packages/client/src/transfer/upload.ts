// SPDX-License-Identifier: Apache-2.0
/**
 * Uploads of files and streams, with progress, and resumable where the source can be read anywhere.
 *
 * @module
 */

import {
  PutObjectCommand,
  type PutObjectCommandInput,
  type PutObjectCommandOutput,
} from '@aws-sdk/client-s3'
import { S3EncryptionError, type StringMap } from '@s3-cse/core'
import { checkStatedLength } from '../body/read.ts'
import { openBody } from '../body/source.ts'
import type { StorageOptions } from '../instruction-file/options.ts'
import { abortedBy } from '../operation.ts'
import type { Settings } from '../options.ts'
import { refuseAppending, refuseChecksums } from '../refusals.ts'
import { withEncryption } from '../request-options.ts'
import { transferSettings, type TransferOptions } from './options.ts'
import type { Source } from './ports.ts'
import { progressOf, type ProgressOptions } from './progress.ts'
import { uploadResumably, type ResumeOptions } from './resumable-upload.ts'

/** An object to upload: everything that `PutObject` takes, and files. */
export type UploadInput =
  | PutObjectCommandInput
  | (Omit<PutObjectCommandInput, 'Body'> & {
      /** Content that can be read in any order, such as a file. */
      readonly Body: Source
    })

/** Options of an upload. */
export type UploadOptions = TransferOptions &
  ProgressOptions &
  StorageOptions &
  ResumeOptions & {
    /** Map that AWS KMS authenticates. To resume, give the same one. */
    readonly encryptionContext?: StringMap | undefined
    /** Ends the upload. */
    readonly abortSignal?: AbortSignal | undefined
  }

/**
 * Uploads an object. Without `onState` and `resume` a failure leaves nothing behind; with one of them the
 * parts are kept, and the error tells how to go on.
 *
 * @throws as `PutObject`; `UploadInterruptedError`; `S3EncryptionError` with `ERR_SOURCE_CHANGED`,
 * `ERR_UPLOAD_STATE`, or `ERR_NOT_SUPPORTED` for what cannot be resumed.
 */
export async function upload(
  settings: Settings,
  input: UploadInput,
  options: UploadOptions = {},
): Promise<PutObjectCommandOutput> {
  const { abortSignal, onState, resume, ...request } = options
  const put = input as PutObjectCommandInput
  if (onState === undefined && resume === undefined) {
    return settings.client.send(
      new PutObjectCommand(withEncryption(put, request)),
      abortedBy(abortSignal),
    )
  }
  refuseChecksums(put)
  refuseAppending(put)
  const transfer = transferSettings(request, settings.transfer)
  const body = await openBody(put.Body)
  try {
    if (body.kind === 'stream' || settings.suite.cipher !== 'AES-GCM') {
      throw new S3EncryptionError(
        'ERR_NOT_SUPPORTED',
        'Only AES-GCM content from bytes, a Blob or a file can be resumed: a stream goes by once, and AES-CBC in order. Upload it without onState and resume.',
      )
    }
    checkStatedLength(put.ContentLength, body.size)
    const { encryptionContext, storage } = request
    const onSent = progressOf(options, body.size + settings.suite.tagLength)
    const target = { settings, input: put, body, transfer, encryptionContext, storage }
    return await uploadResumably({ ...target, abortSignal, onState, resume, onSent })
  } finally {
    await body.close()
  }
}
