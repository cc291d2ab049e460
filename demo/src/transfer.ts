// SPDX-License-Identifier: Apache-2.0
/**
 * Files to S3 and back, through the encryption client. The one place that knows how content moves.
 *
 * @module
 */

import {
  envelopeFields,
  readEnvelope,
  type Bytes,
  type S3EncryptionClient,
  type StringMap,
} from '@s3-cse/browser'

export interface ObjectAddress {
  readonly bucket: string
  readonly key: string
}

export interface Transfer extends ObjectAddress {
  readonly client: S3EncryptionClient
  readonly encryptionContext: StringMap
}

/** Encrypts a file and stores it. */
export async function putFile(
  { client, bucket, key, encryptionContext }: Transfer,
  file: File,
): Promise<void> {
  await client.putObject(
    {
      Bucket: bucket,
      Key: key,
      Body: file,
      ContentType: file.type || 'application/octet-stream',
    },
    { encryptionContext },
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
}: Transfer): Promise<Plaintext> {
  const {
    Body,
    ContentType,
    Metadata = {},
  } = await client.getObject({ Bucket: bucket, Key: key }, { encryptionContext })
  if (Body === undefined) throw new TypeError('S3 answered without a body')
  return {
    bytes: new Uint8Array(await Body.transformToByteArray()),
    contentType: ContentType ?? 'application/octet-stream',
    authenticated: readEnvelope(envelopeFields(Metadata)).suite.tagLength > 0,
  }
}
