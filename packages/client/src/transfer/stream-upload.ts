// SPDX-License-Identifier: Apache-2.0
/**
 * Uploads of ciphertext that goes by once: in one request if it fits, in parts otherwise.
 *
 * @module
 */

import type {
  CompletedPart,
  PutObjectCommandInput,
  PutObjectCommandOutput,
  S3Client,
} from '@aws-sdk/client-s3'
import type { Bytes } from '@s3-cse/core'
import type { PlacedEnvelope } from '../instruction-file/place-envelope.ts'
import { concurrently } from './concurrently.ts'
import { createMultipart, type MultipartUpload } from './multipart.ts'
import type { TransferSettings } from './options.ts'
import { cutParts } from './parts.ts'

/** What an upload of ciphertext needs to know. */
export interface CiphertextUpload extends Pick<PlacedEnvelope, 'metadata' | 'publish'> {
  readonly client: S3Client
  readonly input: PutObjectCommandInput
  readonly transfer: TransferSettings
  /** Bytes of all ciphertext, if known. */
  readonly length: number | undefined
  readonly abortSignal: AbortSignal | undefined
  /** Sends an object that fits one part. */
  single(body: Bytes): Promise<PutObjectCommandOutput>
  /** Told of each part that S3 has, and of its bytes. */
  readonly onSent?: ((partNumber: number, length: number) => void) | undefined
}

/** Sends ciphertext. Whatever goes wrong, no part stays behind and the ciphertext is closed. */
export async function uploadCiphertext(
  ciphertext: AsyncGenerator<Bytes>,
  upload: CiphertextUpload,
): Promise<PutObjectCommandOutput> {
  const { client, input, metadata, publish, abortSignal, onSent } = upload
  const { partSize, partsInFlight } = upload.transfer
  const completed: CompletedPart[] = []
  let output: PutObjectCommandOutput | undefined
  let multipart: Promise<MultipartUpload> | undefined
  try {
    const parts = cutParts(ciphertext, partSize, upload.length)
    await concurrently(parts, partsInFlight, abortSignal, async (part, signal) => {
      const { partNumber, bytes, last } = part
      if (last && partNumber === 1) {
        output = await upload.single(bytes)
      } else {
        multipart ??= createMultipart(client, input, metadata)
        completed.push(await (await multipart).send(partNumber, bytes, signal))
      }
      onSent?.(partNumber, bytes.length)
    })
    if (output !== undefined) return output
    // Without an output there were several parts.
    const created = await (multipart as Promise<MultipartUpload>)
    return await publish(input, async (before) => {
      await before?.()
      return created.complete(completed, abortSignal)
    })
  } catch (error) {
    await abandon(multipart)
    throw error
  }
}

/** Aborts an upload that failed; that error is told, not one of the clean-up. */
export async function abandon(multipart: Promise<MultipartUpload> | undefined): Promise<void> {
  try {
    await (await multipart)?.abort()
  } catch {
    // It was never created, or S3 knows it no more.
  }
}
