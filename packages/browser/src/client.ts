// SPDX-License-Identifier: Apache-2.0
/**
 * The client with the defaults that browsers need.
 *
 * @module
 */

import {
  S3EncryptionClient as Client,
  type S3EncryptionClientConfig as ClientConfig,
} from '@s3-cse/client'
import { browserContent, withBrowserDefaults } from './defaults.ts'
import type { WorkerPool } from './workers/pool.ts'

/** Configuration of {@link S3EncryptionClient}. */
export type S3EncryptionClientConfig = ClientConfig & {
  /** Workers that encrypt, decrypt and hash: `workerPool()`. Clients may share them. */
  readonly workers?: WorkerPool | undefined
}

/**
 * An `S3Client` that encrypts what it puts and decrypts what it gets, set up for browsers as
 * `withBrowserDefaults()` says.
 */
export class S3EncryptionClient extends Client {
  /** @throws `S3EncryptionError` with `ERR_CONFIGURATION`. */
  constructor({ workers, ...config }: S3EncryptionClientConfig) {
    const content = { ...browserContent(workers), ...config.content }
    super({ ...withBrowserDefaults(config, workers), content })
  }
}
