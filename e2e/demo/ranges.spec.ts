// SPDX-License-Identifier: Apache-2.0
import { CreateBucketCommand, S3Client } from '@aws-sdk/client-s3'
import type * as Library from '@s3-cse/browser'
import { expect, test } from './fixtures.ts'

const LIBRARY = '/@id/@s3-cse/browser' // as Vite serves it

const suites = {
  'key commitment': { commitmentPolicy: 'REQUIRE_ENCRYPT_ALLOW_DECRYPT' },
  'AES-GCM': { commitmentPolicy: 'FORBID_ENCRYPT_ALLOW_DECRYPT' },
  'AES-CBC': {
    commitmentPolicy: 'FORBID_ENCRYPT_ALLOW_DECRYPT',
    algorithmSuite: 'ALG_AES_256_CBC_IV16_NO_KDF',
    writeLegacyCbc: true,
  },
} as const

for (const [name, suite] of Object.entries(suites)) {
  test(`${name}: overlapping ranges, a download, all of the object, past the browser's cache`, async ({
    aws,
    page,
    server,
  }) => {
    const { credentials } = aws
    const config = {
      region: 'us-east-1',
      endpoint: aws.s3.endpoint,
      forcePathStyle: true,
      credentials,
    }
    const Bucket = `ranges-${Object.keys(suites).indexOf(name)}`
    await new S3Client(config).send(new CreateBucketCommand({ Bucket }))
    await page.goto(server.url)

    const wrong = await page.evaluate(
      async ({ library, s3, bucket, written }) => {
        const { memorySink, rawAesKeyring, S3EncryptionClient } = (await import(
          library
        )) as typeof Library
        const client = new S3EncryptionClient({
          ...s3,
          ...written,
          keyring: rawAesKeyring({ wrappingKey: crypto.getRandomValues(new Uint8Array(32)) }),
          enableLegacyUnauthenticatedModes: true,
          enableSuffixRanges: true,
        })
        const content = crypto.getRandomValues(new Uint8Array(60_000))
        const object = { Bucket: bucket, Key: 'object' }
        await client.putObject({ ...object, Body: content })

        const ranges = [
          ['bytes=0-31', 0, 32],
          ['bytes=17-80', 17, 81],
          ['bytes=50000-', 50_000, 60_000],
          ['bytes=49990-59995', 49_990, 59_996],
          ['bytes=-33', 59_967, 60_000],
          ['bytes=0-31', 0, 32],
        ] as const
        const wrongOnes: unknown[] = []
        const compare = (what: string, bytes: Uint8Array, start = 0, end = content.length) => {
          const expected = content.subarray(start, end)
          const same = bytes.length === expected.length && bytes.every((b, i) => b === expected[i])
          if (!same) wrongOnes.push([what, bytes.length])
        }
        for (const [Range, start, end] of ranges) {
          const output = await client.getObject({ ...object, Range })
          const { Body, ContentLength, ContentRange } = output
          compare(Range, (await Body?.transformToByteArray()) ?? new Uint8Array(0), start, end)
          if (ContentRange !== `bytes ${start}-${end - 1}/60000`)
            wrongOnes.push([Range, ContentRange])
          if (ContentLength !== end - start) wrongOnes.push([Range, ContentLength])
        }
        const sink = memorySink()
        await client.download(object, sink)
        compare('download', sink.bytes ?? new Uint8Array(0))
        const { Body } = await client.getObject(object)
        compare('GetObject', (await Body?.transformToByteArray()) ?? new Uint8Array(0))
        const { ContentLength, ClientSideEncryption } = await client.headObject(object)
        if (ContentLength !== 60_000 || ClientSideEncryption?.plaintextLength !== 60_000)
          wrongOnes.push('HeadObject')
        return wrongOnes
      },
      { library: LIBRARY, s3: config, bucket: Bucket, written: suite },
    )
    expect(wrong).toEqual([])
  })
}
