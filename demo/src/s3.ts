// SPDX-License-Identifier: Apache-2.0
/**
 * The two clients of this page: the encryption client, and a plain one that sees what S3 holds.
 *
 * @module
 */

import { S3Client, type S3ClientConfig } from '@aws-sdk/client-s3'
import {
  kmsKeyring,
  S3EncryptionClient,
  withBrowserDefaults,
  workerPool,
  type DecryptionPolicy,
  type EncryptionPolicy,
} from '@s3-cse/browser'
import type { Connection } from './connection.ts'
import type { KmsKey } from './demo-config.ts'

/** Started with the first large file, and kept for the others. */
const workers = workerPool()

/** Reads and lists what is stored, as it is stored. */
export function plainClient(connection: Connection): S3Client {
  return new S3Client(withBrowserDefaults(clientConfig(connection)))
}

/** Encrypts what it puts and decrypts what it gets. The key may lie in another region. */
export function encryptionClient(
  connection: Connection,
  { keyId, region }: KmsKey,
  policy: EncryptionPolicy & DecryptionPolicy,
): S3EncryptionClient {
  const { kms: endpoint } = connection.endpoints
  return new S3EncryptionClient({
    ...clientConfig(connection),
    ...policy,
    workers,
    keyring: kmsKeyring({
      keyId,
      clientConfig: {
        region,
        credentials: connection.credentials,
        ...(endpoint !== undefined && { endpoint }),
      },
    }),
  })
}

function clientConfig({ region, credentials, endpoints }: Connection): S3ClientConfig {
  const { s3: endpoint } = endpoints
  return {
    region,
    credentials,
    // Servers that are not AWS rarely have a host name for each bucket.
    ...(endpoint !== undefined && { endpoint, forcePathStyle: true }),
  }
}
