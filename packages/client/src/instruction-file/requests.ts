// SPDX-License-Identifier: Apache-2.0
/**
 * The requests for instruction files. They are sent as they are: nothing in them is encrypted.
 *
 * @module
 */

import {
  GetObjectCommand,
  PutObjectCommand,
  type GetObjectCommandInput,
  type PutObjectCommandInput,
  type PutObjectCommandOutput,
  type S3Client,
} from '@aws-sdk/client-s3'
import {
  checkInstructionFileSize,
  concat,
  INSTRUCTION_FILE_METADATA,
  type Bytes,
} from '@s3-cse/core'
import { discard, responseChunks, type SdkBody } from '../body/output.ts'
import { pick } from '../members.ts'
import { abortedBy, internal } from '../operation.ts'

/**
 * What a request for an object says about its instruction file too. Versions, conditions, checksums and
 * content headers are the object's own.
 */
export const PASSED_ON = {
  read: [
    'Bucket',
    'SSECustomerAlgorithm',
    'SSECustomerKey',
    'SSECustomerKeyMD5',
    'RequestPayer',
    'ExpectedBucketOwner',
  ],
  write: [
    'Bucket',
    'ACL',
    'BucketKeyEnabled',
    'ChecksumAlgorithm',
    'GrantFullControl',
    'GrantRead',
    'GrantReadACP',
    'GrantWriteACP',
    'ObjectLockLegalHoldStatus',
    'ObjectLockMode',
    'ObjectLockRetainUntilDate',
    'ServerSideEncryption',
    'SSECustomerAlgorithm',
    'SSECustomerKey',
    'SSECustomerKeyMD5',
    'SSEKMSEncryptionContext',
    'SSEKMSKeyId',
    'Tagging',
    'RequestPayer',
    'ExpectedBucketOwner',
  ],
} as const

/** The object that an instruction file is read for. */
export type ReadTarget = Pick<GetObjectCommandInput, 'Key' | (typeof PASSED_ON.read)[number]>

/** The object whose instruction file is written, and how the file is stored: as `PutObject` says it. */
export type WriteTarget = Pick<PutObjectCommandInput, 'Key' | (typeof PASSED_ON.write)[number]>

/** An instruction file and how to ask for it. */
interface FileRequest<Target> {
  readonly client: S3Client
  readonly target: Target
  readonly suffix: string
  readonly abortSignal: AbortSignal | undefined
}

/** An instruction file that was read. */
export interface InstructionFile {
  readonly content: Bytes
  readonly etag: string | undefined
  readonly suffix: string
}

/** The request for the object itself. */
export function objectRequest(target: ReadTarget): ReadTarget {
  return pick(target, [...PASSED_ON.read, 'Key'])
}

/** Key of an instruction file. */
export const keyOfFile = (key: string | undefined, suffix: string): string =>
  `${key ?? ''}${suffix}`

/**
 * Reads an instruction file.
 *
 * @throws what the SDK throws; `S3EncryptionError` with `ERR_INSTRUCTION_FILE_INVALID` if it is too long.
 */
export async function getInstructionFile({
  client,
  target,
  suffix,
  abortSignal,
}: FileRequest<ReadTarget>): Promise<InstructionFile> {
  const output = await client.send(
    new GetObjectCommand(
      internal({ ...pick(target, PASSED_ON.read), Key: keyOfFile(target.Key, suffix) }),
    ),
    abortedBy(abortSignal),
  )
  const body = output.Body as SdkBody
  try {
    checkInstructionFileSize(output.ContentLength ?? 0)
    const chunks: Uint8Array[] = []
    let length = 0
    for await (const chunk of responseChunks(body)) {
      checkInstructionFileSize((length += chunk.length))
      chunks.push(chunk)
    }
    return { content: concat(...chunks), etag: output.ETag, suffix }
  } catch (error) {
    await discard(body)
    throw error
  }
}

/** Writes an instruction file; with `IfMatch`, only in the place of that one. */
export function putInstructionFile({
  client,
  target,
  suffix,
  abortSignal,
  content,
  IfMatch,
}: FileRequest<WriteTarget> & {
  readonly content: Bytes
  readonly IfMatch?: string | undefined
}): Promise<PutObjectCommandOutput> {
  return client.send(
    new PutObjectCommand(
      internal({
        ...pick(target, PASSED_ON.write),
        Key: keyOfFile(target.Key, suffix),
        Body: content,
        ContentType: 'application/json',
        Metadata: { ...INSTRUCTION_FILE_METADATA },
        ...(IfMatch !== undefined && { IfMatch }),
      }),
    ),
    abortedBy(abortSignal),
  )
}
