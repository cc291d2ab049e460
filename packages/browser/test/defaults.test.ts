import { randomBytes } from 'node:crypto'
import { ListBucketsCommand, S3Client, type S3ClientConfig } from '@aws-sdk/client-s3'
import {
  browserContent,
  rawAesKeyring,
  S3EncryptionClient,
  withBrowserDefaults,
  workerPool,
} from '@s3-cse/browser'
import { encryptPart, gcmCipher, algorithmSuite, type ContentKey } from '@s3-cse/core'
import { expect, test } from 'vitest'
import { BUCKET, freshKey, useAccount } from '../../client/test/support.ts'

const account = useAccount()
const content = randomBytes(200_000)

test('the configuration is completed, and what it says stays', () => {
  const plain: S3ClientConfig = withBrowserDefaults({ region: 'eu-west-1' })
  expect(plain).toMatchObject({ region: 'eu-west-1', requestHandler: { cache: 'no-store' } })
  const ours = plain.checksumAlgorithms?.CRC32
  if (plain.sha256 === undefined || ours === undefined) throw new Error('incomplete')

  const stated: S3ClientConfig = {
    sha256: plain.sha256,
    checksumAlgorithms: { MINE: ours },
    requestHandler: { requestTimeout: 7, cache: 'reload' },
  }
  const completed: S3ClientConfig = withBrowserDefaults(stated)
  expect(completed.sha256).toBe(stated.sha256)
  expect(Object.keys(completed.checksumAlgorithms ?? {})).toEqual(['CRC32', 'MINE'])
  expect(completed.requestHandler).toEqual({ cache: 'reload', requestTimeout: 7 })

  const { requestHandler } = new S3Client({}).config
  expect(withBrowserDefaults({ requestHandler }).requestHandler).toBe(requestHandler)
})

test('S3 accepts the signatures and checksums, and the reader of another package the object', async () => {
  const object = { Bucket: BUCKET, Key: freshKey() }
  const keyring = rawAesKeyring({ wrappingKey: randomBytes(32) })
  const client = new S3EncryptionClient({ ...account.s3Config, keyring })
  account.aws.s3.requests.clear()
  await client.putObject({ ...object, Body: content })
  const [request] = account.aws.s3.requests.of('PutObject')
  expect(request?.headers).toHaveProperty('x-amz-checksum-crc32')
  const { Body } = await account.client({ keyring }).getObject(object)
  expect(Buffer.from((await Body?.transformToByteArray()) ?? []).equals(content)).toBe(true)
  const again = await client.getObject(object)
  expect(Buffer.from((await again.Body?.transformToByteArray()) ?? []).equals(content)).toBe(true)

  const plain = new S3Client(withBrowserDefaults({ ...account.s3Config }))
  await expect(plain.send(new ListBucketsCommand())).resolves.toMatchObject({
    Buckets: [{ Name: BUCKET }],
  })
})

test('the cipher that lets the page have its turn gives the same bytes', async () => {
  const key: ContentKey = {
    suite: algorithmSuite(0x0073),
    key: randomBytes(32),
    iv: randomBytes(12),
    aad: Uint8Array.of(0, 0x73),
  }
  const { cipher: polite = gcmCipher, ...options } = browserContent()
  expect(polite).not.toBe(gcmCipher)
  const ours = await encryptPart(await polite(key), 0, content, { chunkSize: 4096 })
  const theirs = await encryptPart(await gcmCipher(key), 0, content, options)
  expect(Buffer.from(ours.ciphertext).equals(theirs.ciphertext)).toBe(true)
  expect(ours.share).toEqual(theirs.share)
})

test('where there are no workers, a pool is refused', () => {
  expect('Worker' in globalThis).toBe(false)
  expect(() => workerPool()).toThrow(expect.objectContaining({ code: 'ERR_WORKER_MISSING' }))
})
