// SPDX-License-Identifier: Apache-2.0
/**
 * Requests that would carry plaintext, or a statement about it, to S3.
 *
 * @module
 */

import type { PutObjectCommandInput } from '@aws-sdk/client-s3'
import { S3EncryptionError } from '@s3-cse/core'
import { checksumsIn } from './checksums.ts'
import { isPresigned, type Operation } from './operation.ts'

/**
 * Refuses checksums of the caller: they are of the plaintext, S3 gets ciphertext.
 *
 * @throws `S3EncryptionError` with `ERR_PLAINTEXT_CHECKSUM`.
 */
export function refuseChecksums(input: object): void {
  const [given] = Object.keys(checksumsIn(input))
  if (given !== undefined) {
    throw new S3EncryptionError(
      'ERR_PLAINTEXT_CHECKSUM',
      `${given} is of the plaintext and would tell it to S3, which gets ciphertext. Leave it out; ChecksumAlgorithm chooses the checksum that is computed over the ciphertext.`,
    )
  }
}

/**
 * Refuses to hand out a URL by which plaintext could be put: the presigner runs the middleware but
 * sends no body.
 *
 * @throws `S3EncryptionError` with `ERR_PRESIGN_REFUSED`.
 */
export function refusePresigned(output: object): void {
  if (isPresigned(output)) {
    throw new S3EncryptionError(
      'ERR_PRESIGN_REFUSED',
      'A presigned URL of PutObject or UploadPart would store whatever is sent to it, unencrypted. Encrypt with encrypt() of @s3-cse/core and presign with a plain S3Client.',
    )
  }
}

/**
 * Refuses to append: ciphertext after ciphertext is no object that anybody can read.
 *
 * @throws `S3EncryptionError` with `ERR_NOT_SUPPORTED`.
 */
export function refuseAppending({ WriteOffsetBytes }: PutObjectCommandInput): void {
  if (WriteOffsetBytes !== undefined) {
    throw new S3EncryptionError(
      'ERR_NOT_SUPPORTED',
      'WriteOffsetBytes appends to an object; an encrypted one can only be written as a whole.',
    )
  }
}

/**
 * Refuses a part that is copied: nobody encrypted it for this upload.
 *
 * @throws `S3EncryptionError` with `ERR_NOT_SUPPORTED`.
 */
export function refuseUploadPartCopy(): Operation<object, never> {
  return () =>
    Promise.reject(
      new S3EncryptionError(
        'ERR_NOT_SUPPORTED',
        'A copied part would not be encrypted for this upload. Read the source and upload its content.',
      ),
    )
}
