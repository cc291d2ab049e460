// SPDX-License-Identifier: Apache-2.0
/**
 * Clients of the local AWS, as checks need them.
 *
 * @module
 */

import type { GetObjectCommandOutput, S3Client } from '@aws-sdk/client-s3'
import type {
  KmsKeyringOptions,
  S3EncryptionClient,
  S3EncryptionClientConfig,
} from '@s3-cse/client'
import type { Library } from './library.ts'

/** Bucket and key. */
export interface ObjectName {
  readonly Bucket: string
  readonly Key: string
}

let counter = 0

/** An object that no other check uses. */
export function freshObject({ aws }: Library): ObjectName {
  counter += 1
  return { Bucket: aws.bucket, Key: `conformance-${counter}` }
}

/** The KMS keyring on the local KMS. */
export function keyringOn({ client, aws }: Library, options: Partial<KmsKeyringOptions> = {}) {
  const key = 'discovery' in options ? options : { keyId: aws.keyId, ...options }
  return client.kmsKeyring({ ...key, clientConfig: aws.kmsConfig } as KmsKeyringOptions)
}

/** An encryption client; suite 115 under the KMS key unless told otherwise. */
export function encryptionClient(
  library: Library,
  options: Partial<S3EncryptionClientConfig> = {},
): S3EncryptionClient {
  const config = { ...library.aws.s3Config, keyring: keyringOn(library), ...options }
  return new library.client.S3EncryptionClient(config as S3EncryptionClientConfig)
}

/** A client without encryption: sees what is stored. */
export function plainClient({ sdk, aws }: Library): S3Client {
  return new sdk.S3Client(aws.s3Config)
}

/** Body and metadata as S3 has them. */
export async function stored(library: Library, object: ObjectName) {
  const output = await plainClient(library).send(new library.sdk.GetObjectCommand(object))
  return { metadata: output.Metadata ?? {}, body: await bodyOf(output) }
}

/** Puts something past the encryption client. */
export async function store(
  library: Library,
  object: ObjectName,
  Body: Uint8Array,
  Metadata: Record<string, string>,
): Promise<void> {
  const command = new library.sdk.PutObjectCommand({ ...object, Body, Metadata })
  await plainClient(library).send(command)
}

/** What a response body holds. */
export async function bodyOf({ Body }: Pick<GetObjectCommandOutput, 'Body'>): Promise<Uint8Array> {
  if (Body === undefined) throw new Error('The response has no body')
  return Body.transformToByteArray()
}

/** Tells the local S3 what shall go wrong; by the names of `e2e/local-aws/control.ts`. */
export async function controlS3({ aws }: Library, command: string, input: object): Promise<void> {
  const response = await fetch(`${aws.s3Config.endpoint}/_local/${command}`, {
    method: 'POST',
    body: JSON.stringify(input),
  })
  if (!response.ok) throw new Error(`${command}: ${await response.text()}`)
}
