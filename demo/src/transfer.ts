// SPDX-License-Identifier: Apache-2.0
/**
 * Files to S3 and back, through the encryption client. The one place that knows how content moves.
 *
 * @module
 */

import {
  envelopeFields,
  memorySink,
  readEnvelope,
  type Bytes,
  type S3EncryptionClient,
  type StringMap,
} from '@s3-cse/browser'
import type { Task } from './ui.ts'

export interface ObjectAddress {
  readonly bucket: string
  readonly key: string
}

export interface Transfer extends ObjectAddress {
  readonly client: S3EncryptionClient
  readonly encryptionContext: StringMap
  readonly task: Task
}

/** Encrypts a file and stores it. Cancelled, nothing of it stays. */
export async function putFile(
  { client, bucket, key, encryptionContext, task }: Transfer,
  file: File,
): Promise<void> {
  await client.upload(
    {
      Bucket: bucket,
      Key: key,
      Body: file,
      ContentType: file.type || 'application/octet-stream',
    },
    {
      encryptionContext,
      abortSignal: task.signal,
      onProgress({ sent, total = 0 }) {
        task.report(sent, total)
      },
    },
  )
}

export interface Plaintext {
  readonly bytes: Bytes
  /** As the uploader stated it: nothing authenticates it. */
  readonly contentType: string
  /** Whether an authentication tag vouched for the bytes; AES-CBC has none. */
  readonly authenticated: boolean
}

/** Reads an object and decrypts it. Nothing comes back unless all of it was accepted. */
export async function getFile({
  client,
  bucket,
  key,
  encryptionContext,
  task,
}: Transfer): Promise<Plaintext> {
  const sink = memorySink()
  const { ContentType, Metadata = {} } = await client.download({ Bucket: bucket, Key: key }, sink, {
    encryptionContext,
    abortSignal: task.signal,
    onProgress({ received, total }) {
      task.report(received, total)
    },
  })
  return {
    bytes: sink.bytes ?? new Uint8Array(0),
    contentType: ContentType ?? 'application/octet-stream',
    authenticated: readEnvelope(envelopeFields(Metadata)).suite.tagLength > 0,
  }
}
