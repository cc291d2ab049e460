// SPDX-License-Identifier: Apache-2.0
/**
 * The other side of the tests: a client of Node.js, with the same key.
 *
 * @module
 */

import { createHash } from 'node:crypto'
import { rawAesKeyring, S3EncryptionClient } from '@s3-cse/node'
import type { ClientSettings } from './page/main.ts'

export function nodeClient({ s3Config, wrappingKey }: ClientSettings): S3EncryptionClient {
  const keyring = rawAesKeyring({ wrappingKey: Uint8Array.from(wrappingKey) })
  return new S3EncryptionClient({ ...s3Config, keyring })
}

/** SHA-256 of what Node.js reads. */
export async function readDigest(
  settings: ClientSettings,
  object: { readonly Bucket: string; readonly Key: string },
): Promise<string> {
  const client = nodeClient(settings)
  const { Body } = await client.getObject(object)
  const content = (await Body?.transformToByteArray()) ?? new Uint8Array(0)
  client.destroy()
  return createHash('sha256').update(content).digest('hex')
}
