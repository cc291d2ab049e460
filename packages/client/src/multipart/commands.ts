// SPDX-License-Identifier: Apache-2.0
/**
 * `CreateMultipartUpload`, `UploadPart`, `CompleteMultipartUpload` and `AbortMultipartUpload` as plain
 * commands, and so the SDK's own transfer manager.
 *
 * @module
 */

import type {
  AbortMultipartUploadCommandInput,
  AbortMultipartUploadCommandOutput,
  CompletedPart,
  CompleteMultipartUploadCommandInput,
  CompleteMultipartUploadCommandOutput,
  CreateMultipartUploadCommandInput,
  CreateMultipartUploadCommandOutput,
  UploadPartCommandInput,
  UploadPartCommandOutput,
} from '@aws-sdk/client-s3'
import { beginEncryption, S3EncryptionError } from '@s3-cse/core'
import { readAll } from '../body/read.ts'
import { placeEnvelope, type Publish } from '../instruction-file/place-envelope.ts'
import { isPresigned, type Operation } from '../operation.ts'
import type { Settings } from '../options.ts'
import { refuseChecksums, refusePresigned } from '../refusals.ts'
import { requestOptions } from '../request-options.ts'
import { openMultipart } from '../transfer/multipart.ts'
import { checkPartSize, MOST_PARTS } from '../transfer/options.ts'
import { beginUpload, type EncryptedUpload } from './encrypted-upload.ts'

/** An upload that this client created, and what its last request must repeat. */
interface CreatedUpload {
  readonly upload: EncryptedUpload
  readonly publish: Publish
  readonly input: CreateMultipartUploadCommandInput
}

/** The uploads that a client created and that have not ended. */
export type Uploads = Map<string, CreatedUpload>

interface UploadName {
  readonly Bucket: string | undefined
  readonly Key: string | undefined
  readonly UploadId: string | undefined
}

const nameOf = ({ Bucket, Key, UploadId }: UploadName) => JSON.stringify([Bucket, Key, UploadId])

function find(uploads: Uploads, input: UploadName): CreatedUpload {
  const found = uploads.get(nameOf(input))
  if (found === undefined) {
    throw new S3EncryptionError(
      'ERR_MULTIPART_UNKNOWN_UPLOAD',
      `The upload ${input.UploadId ?? ''} was not created by this client, which therefore has no key for its parts. Create it with this client, or resume it with upload().`,
    )
  }
  return found
}

/** Draws the data key, and puts the envelope into the user metadata. */
export function createMultipartUpload(
  settings: Settings,
): Operation<CreateMultipartUploadCommandInput, CreateMultipartUploadCommandOutput> {
  const { keyring, suite, uploads, content } = settings
  return async (input, next) => {
    if (suite.cipher !== 'AES-GCM') {
      throw new S3EncryptionError(
        'ERR_NOT_SUPPORTED',
        'The parts of AES-CBC content depend on each other. Use PutObject or upload(), which send them in order.',
      )
    }
    const options = requestOptions(input)
    const { encryptionContext, partSize } = options
    if (partSize !== undefined) checkPartSize(partSize)
    const { contentKey, envelope } = await beginEncryption({ keyring, suite, encryptionContext })
    const { metadata, publish } = placeEnvelope(settings, input, envelope, options)
    const upload = await beginUpload(contentKey, partSize, content)
    const output = await next({ ...input, Metadata: { ...metadata } })
    const { Bucket, Key } = input
    uploads.set(nameOf({ Bucket, Key, UploadId: output.UploadId }), { upload, publish, input })
    return output
  }
}

/** Encrypts a part for its place in the object. */
export function uploadPart({
  uploads,
}: Settings): Operation<UploadPartCommandInput, UploadPartCommandOutput> {
  return async (input, next) => {
    refuseChecksums(input)
    const { upload } = find(uploads, input)
    const { PartNumber } = input
    if (PartNumber === undefined || !(PartNumber >= 1 && PartNumber <= MOST_PARTS)) {
      throw new S3EncryptionError(
        'ERR_MULTIPART_ORDER',
        `PartNumber must be from 1 to ${MOST_PARTS}.`,
      )
    }
    const read = () => readAll(input.Body, input.ContentLength)
    const Body = await upload.encrypt(PartNumber, read)
    const output = await next({ ...input, Body, ContentLength: Body.length })
    refusePresigned(output)
    return output
  }
}

/** Sends the tag, unless it went with the last part, and completes the object. */
export function completeMultipartUpload({
  client,
  uploads,
}: Settings): Operation<CompleteMultipartUploadCommandInput, CompleteMultipartUploadCommandOutput> {
  return async (input, next, { abortSignal = new AbortController().signal }) => {
    refuseChecksums(input)
    const { upload, publish, input: created } = find(uploads, input)
    const parts = new Map<number, CompletedPart>(
      (input.MultipartUpload?.Parts ?? []).map((part) => [part.PartNumber ?? 0, part]),
    )
    const ending = await upload.end([...parts.keys()])
    if (ending !== undefined) {
      const { partNumber, bytes } = ending
      const multipart = openMultipart(client, { ...created, ...input }, input.UploadId ?? '')
      parts.set(partNumber, await multipart.send(partNumber, bytes, abortSignal))
    }
    const { MpuObjectSize } = input
    const completion = {
      ...input,
      ...(MpuObjectSize !== undefined && { MpuObjectSize: MpuObjectSize + upload.tagLength }),
      MultipartUpload: { Parts: [...parts.values()] },
    }
    const output = await publish(input, (before) => next(completion, before))
    if (!isPresigned(output)) uploads.delete(nameOf(input))
    return output
  }
}

/** Forgets the key with the parts. */
export function abortMultipartUpload({
  uploads,
}: Settings): Operation<AbortMultipartUploadCommandInput, AbortMultipartUploadCommandOutput> {
  return async (input, next) => {
    const output = await next(input)
    if (!isPresigned(output)) uploads.delete(nameOf(input))
    return output
  }
}
