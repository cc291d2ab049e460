// SPDX-License-Identifier: Apache-2.0
import {
  memorySink,
  rawAesKeyring,
  S3EncryptionClient as BrowserClient,
  workerPool,
} from '@s3-cse/browser'
import { S3EncryptionClient, type TransferOptions } from '@s3-cse/client'
import type { BenchConfig } from '../config.ts'
import type { compare, Comparison } from './compare.ts'
import { randomContent } from './content.ts'

const MiB = 2 ** 20

export async function* transfers(
  { rounds, s3Config, bucket: Bucket }: BenchConfig,
  run: typeof compare,
): AsyncGenerator<Comparison> {
  const config = { ...s3Config, keyring: rawAesKeyring({ wrappingKey: randomContent(32) }) }
  const pool = workerPool({ size: 2 })
  const clients = {
    // From its cache Chromium would answer all but the first download, and without the envelope.
    'checksums of the SDK': new S3EncryptionClient({
      ...config,
      requestHandler: { cache: 'no-store' },
    }),
    '@s3-cse/browser': new BrowserClient(config),
    '@s3-cse/browser, 2 workers': new BrowserClient({ ...config, workers: pool }),
  }
  type Client = (typeof clients)[keyof typeof clients]
  const each = (way: (client: Client, Key: string) => Promise<unknown>) =>
    Object.fromEntries(
      Object.entries(clients).map(([name, client], i) => [name, () => way(client, `bench-${i}`)]),
    )
  const content = randomContent(64 * MiB)
  const Body = new Blob([content])
  const put = (options: TransferOptions) => (client: Client, Key: string) =>
    client.upload({ Bucket, Key, Body }, options)
  for (const size of [5, 7, 8, 16]) {
    const name = `Upload 64 MiB, parts of ${size} MiB`
    yield await run(name, content.length, rounds, each(put({ partSize: size * MiB })))
  }
  yield await run(
    'Download 64 MiB',
    content.length,
    rounds,
    each((client, Key) => client.download({ Bucket, Key }, memorySink())),
  )

  const single = content.subarray(0, 4 * MiB)
  for (const [i, client] of Object.values(clients).entries()) {
    await client.putObject({ Bucket, Key: `single-${i}`, Body: single })
  }
  yield await run(
    'GetObject of 4 MiB, ten times',
    10 * single.length,
    rounds,
    each(async (client, Key) => {
      for (let i = 0; i < 10; i++) {
        const { Body } = await client.getObject({ Bucket, Key: Key.replace('bench', 'single') })
        await Body?.transformToByteArray()
      }
    }),
  )
  pool.close()
}
