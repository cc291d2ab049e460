// SPDX-License-Identifier: Apache-2.0
import { S3Client } from '@aws-sdk/client-s3'
import { withBrowserDefaults } from '@s3-cse/browser'
import { Crc32 } from '@smithy/core/checksum'
import type { BenchConfig } from '../config.ts'
import type { compare, Comparison } from './compare.ts'
import { randomContent } from './content.ts'

const MiB = 2 ** 20

interface Checksum {
  update(bytes: Uint8Array): void
  digest(): Promise<Uint8Array>
}

/** The checksums that an S3 client uses. */
function checksumsOf(client: S3Client) {
  const { sha256, checksumAlgorithms } = client.config as unknown as {
    sha256: new () => Checksum
    checksumAlgorithms: { CRC32?: new () => Checksum }
  }
  return { sha256, crc32: checksumAlgorithms.CRC32 }
}

const digest = (kind: new () => Checksum, bytes: Uint8Array) => () => {
  const checksum = new kind()
  checksum.update(bytes)
  return checksum.digest()
}

export async function* checksums(
  { rounds }: BenchConfig,
  run: typeof compare,
): AsyncGenerator<Comparison> {
  const theirs = checksumsOf(new S3Client({}))
  const ours = checksumsOf(new S3Client(withBrowserDefaults({})))
  if (ours.crc32 === undefined) throw new Error('withBrowserDefaults() gives no CRC-32')
  const content = randomContent(64 * MiB)
  yield await run('CRC-32 of 64 MiB', content.length, rounds, {
    SDK: digest(Crc32, content),
    'withBrowserDefaults()': digest(ours.crc32, content),
  })
  for (const size of [7, 8, 64]) {
    const part = content.subarray(0, size * MiB)
    yield await run(`SHA-256 of ${size} MiB`, part.length, rounds, {
      SDK: digest(theirs.sha256, part),
      'withBrowserDefaults()': digest(ours.sha256, part),
    })
  }
}
