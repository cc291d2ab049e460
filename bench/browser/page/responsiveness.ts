// SPDX-License-Identifier: Apache-2.0
import { rawAesKeyring, S3EncryptionClient, workerPool } from '@s3-cse/browser'
import { generatedSource } from '../../../e2e/browser/page/generated.ts'
import type { BenchConfig } from '../config.ts'
import type { compare, Comparison } from './compare.ts'
import { randomContent } from './content.ts'

const LENGTH = 2 ** 30

/** A gibibyte, once: is the page still there for its user? */
export async function* responsiveness(
  { s3Config, bucket: Bucket }: BenchConfig,
  run: typeof compare,
): AsyncGenerator<Comparison> {
  const config = { ...s3Config, keyring: rawAesKeyring({ wrappingKey: randomContent(32) }) }
  const workers = workerPool({ size: 2 })
  const upload = (client: S3EncryptionClient) => () =>
    client.upload(
      { Bucket, Key: 'gibibyte', Body: generatedSource(LENGTH) },
      { onState: () => undefined },
    )
  const ways = {
    '@s3-cse/browser': upload(new S3EncryptionClient(config)),
    '@s3-cse/browser, 2 workers': upload(new S3EncryptionClient({ ...config, workers })),
  }
  yield await run('Upload 1 GiB', LENGTH, 1, ways, false)
  workers.close()
}
