// SPDX-License-Identifier: Apache-2.0
/**
 * What an S3 client of a page should do differently from the SDK's defaults.
 *
 * @module
 */

import type { S3ClientConfig } from '@aws-sdk/client-s3'
import type { ContentOptions } from '@s3-cse/core'
import { onThisThread, type Hasher } from './checksum/hasher.ts'
import { crc32Checksum, sha256Checksum } from './checksum/sdk-checksums.ts'
import { responsiveCipher } from './responsive.ts'
import type { WorkerPool } from './workers/pool.ts'

/**
 * A configuration of `S3Client` with what is good for browsers where it says nothing else. The
 * `S3EncryptionClient` of this package applies it by itself.
 *
 * - Checksums and signatures are computed quickly and without blocking the page.
 * - Responses are not cached: S3 sends no lifetime for objects, and browsers that guess one show what an
 *   object was.
 *
 * @param hasher - where checksums are computed: a pool of workers, or this thread.
 * @example
 * ```ts
 * import { S3Client } from '@aws-sdk/client-s3'
 * import { browserContent, s3Encryption, withBrowserDefaults } from '@s3-cse/browser'
 *
 * const client = new S3Client(withBrowserDefaults({ region: 'eu-central-1' }))
 * client.middlewareStack.use(s3Encryption({ client, keyring, content: browserContent() }))
 * ```
 */
export function withBrowserDefaults<Config extends S3ClientConfig>(
  config: Config,
  hasher: Hasher = onThisThread,
): Config {
  const { requestHandler } = config
  return {
    sha256: sha256Checksum(hasher),
    ...config,
    checksumAlgorithms: { CRC32: crc32Checksum(hasher), ...config.checksumAlgorithms },
    // A handler of the caller's own stays as it is; options of the SDK's are added to.
    requestHandler:
      requestHandler !== undefined && 'handle' in requestHandler
        ? requestHandler
        : { cache: 'no-store', ...requestHandler },
  }
}

/**
 * How content is worked through in a browser, for the option `content`. The `S3EncryptionClient` of this
 * package applies it by itself.
 *
 * - Chunks are smaller than elsewhere: memory for larger ones comes fresh from the system each time, which
 *   costs more than their encryption.
 * - The page gets its turn between chunks, unless they are worked through elsewhere.
 *
 * @param workers - a pool to do it.
 */
export function browserContent(workers?: WorkerPool): ContentOptions {
  return {
    cipher: workers?.cipher ?? responsiveCipher,
    chunkSize: 262_144,
  }
}
