// SPDX-License-Identifier: Apache-2.0
/**
 * A multipart upload of ciphertext, with the options of the `PutObject` that it stands for.
 *
 * @module
 */

import {
  AbortMultipartUploadCommand,
  CompleteMultipartUploadCommand,
  CreateMultipartUploadCommand,
  paginateListParts,
  UploadPartCommand,
  type CompletedPart,
  type CompleteMultipartUploadCommandOutput,
  type PutObjectCommandInput,
  type S3Client,
  type UploadPartCommandOutput,
} from '@aws-sdk/client-s3'
import type { Bytes, StringMap } from '@s3-cse/core'
import { checksumsIn } from '../checksums.ts'
import { pick, without } from '../members.ts'
import { abortedBy, internal } from '../operation.ts'

/** What the other requests of an upload repeat. */
const PASSED_ON = {
  part: [
    'Bucket',
    'Key',
    'ChecksumAlgorithm',
    'SSECustomerAlgorithm',
    'SSECustomerKey',
    'SSECustomerKeyMD5',
    'RequestPayer',
    'ExpectedBucketOwner',
  ],
  complete: [
    'Bucket',
    'Key',
    'IfMatch',
    'IfNoneMatch',
    'SSECustomerAlgorithm',
    'SSECustomerKey',
    'SSECustomerKeyMD5',
    'RequestPayer',
    'ExpectedBucketOwner',
  ],
  abort: ['Bucket', 'Key', 'RequestPayer', 'ExpectedBucketOwner'],
} as const satisfies Record<string, readonly (keyof PutObjectCommandInput)[]>

/** Members of `PutObject` that `CreateMultipartUpload` does not have; the body is plaintext. */
const NOT_CREATED = ['Body', 'ContentLength', 'IfMatch', 'IfNoneMatch'] as const

/** An upload that S3 knows. */
export interface MultipartUpload {
  readonly uploadId: string
  /** Sends a part; the SDK repeats it with the same bytes if need be. */
  send(partNumber: number, bytes: Bytes, signal: AbortSignal): Promise<CompletedPart>
  /** The parts that S3 has: number to ETag. */
  list(): Promise<ReadonlyMap<number, string>>
  complete(
    parts: readonly CompletedPart[],
    signal: AbortSignal | undefined,
  ): Promise<CompleteMultipartUploadCommandOutput>
  /** Lets S3 forget all parts. */
  abort(): Promise<void>
}

/**
 * Begins an upload.
 *
 * @param Metadata - user metadata with the envelope.
 */
export async function createMultipart(
  client: S3Client,
  input: PutObjectCommandInput,
  Metadata: StringMap,
): Promise<MultipartUpload> {
  const request = withChecksum(input, await client.config.requestChecksumCalculation())
  // Not to be aborted: an upload whose id nobody learned could not be aborted either.
  const { UploadId } = await client.send(
    new CreateMultipartUploadCommand(
      internal({ ...without(request, NOT_CREATED), Metadata: { ...Metadata } }),
    ),
  )
  if (UploadId === undefined) throw new TypeError('S3 answered without an upload id')
  return openMultipart(client, request, UploadId)
}

/** As the SDK's own transfer manager does: parts carry the checksum that the upload was created with. */
const withChecksum = (input: PutObjectCommandInput, calculation: string): PutObjectCommandInput =>
  calculation === 'WHEN_SUPPORTED' ? { ChecksumAlgorithm: 'CRC32', ...input } : input

/** An upload that was begun before, maybe by another process. */
export function openMultipart(
  client: S3Client,
  input: PutObjectCommandInput,
  UploadId: string,
): MultipartUpload {
  const target = { ...pick(input, PASSED_ON.abort), UploadId }
  return {
    uploadId: UploadId,
    async send(PartNumber, Body, abortSignal) {
      const output = await client.send(
        new UploadPartCommand(
          internal({ ...pick(input, PASSED_ON.part), UploadId, PartNumber, Body }),
        ),
        { abortSignal },
      )
      return completedPart(PartNumber, output)
    },
    async list() {
      const parts = new Map<number, string>()
      for await (const { Parts = [] } of paginateListParts({ client }, target)) {
        for (const { PartNumber = 0, ETag = '' } of Parts) parts.set(PartNumber, ETag)
      }
      return parts
    },
    complete: (parts, abortSignal) =>
      client.send(
        new CompleteMultipartUploadCommand(
          internal({
            ...pick(input, PASSED_ON.complete),
            UploadId,
            MultipartUpload: { Parts: sorted(parts) },
          }),
        ),
        abortedBy(abortSignal),
      ),
    async abort() {
      await client.send(new AbortMultipartUploadCommand(internal(target)))
    },
  }
}

const sorted = (parts: readonly CompletedPart[]) =>
  [...parts].sort((a, b) => (a.PartNumber ?? 0) - (b.PartNumber ?? 0))

/** What `CompleteMultipartUpload` needs to know of a part. */
function completedPart(PartNumber: number, output: UploadPartCommandOutput): CompletedPart {
  return { PartNumber, ...pick(output, ['ETag']), ...checksumsIn(output) }
}
