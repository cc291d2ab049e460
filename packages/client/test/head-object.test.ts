// SPDX-License-Identifier: Apache-2.0
import { randomBytes } from 'node:crypto'
import {
  HeadObjectCommand,
  ListObjectsV2Command,
  S3,
  waitUntilObjectExists,
} from '@aws-sdk/client-s3'
import { getSignedUrl } from '@aws-sdk/s3-request-presigner'
import {
  rawAesKeyring,
  s3Encryption,
  type EncryptedHeadObjectOutput,
  type EnvelopeSummary,
} from '@s3-cse/client'
import { describe, expect, test } from 'vitest'
import { BUCKET, freshKey, KEYS, useAccount } from './support.ts'
import { writers, type Writer } from './written.ts'

const account = useAccount()
const wrappingKey = randomBytes(32)
const keyring = rawAesKeyring({ wrappingKey })
const GCM = 'ALG_AES_256_GCM_IV12_TAG16_NO_KDF'
const CBC = 'ALG_AES_256_CBC_IV16_NO_KDF'
const COMMITTING = 'ALG_AES_256_GCM_HKDF_SHA512_COMMIT_KEY'

async function store(writer: Writer, length: number, fields: Record<string, string> = {}) {
  const Key = freshKey()
  const { body, metadata } = writers[writer](wrappingKey, randomBytes(length))
  await account.store(Key, body, { ...metadata, ...fields })
  return { Bucket: BUCKET, Key }
}

/** An object whose data key is in an instruction file. */
async function storeRest(writer: Writer, length: number, kept: readonly string[]) {
  const Key = freshKey()
  const { body, metadata } = writers[writer](wrappingKey, randomBytes(length))
  const rest = Object.entries(metadata).filter(([name]) => kept.includes(name))
  await account.store(Key, body, Object.fromEntries(rest))
  return { Bucket: BUCKET, Key }
}

const LENGTH = 'x-amz-unencrypted-content-length'
const unknown = { plaintextLength: undefined }

const summaries: Record<Writer, EnvelopeSummary> = {
  'V3, 115': {
    instructionFile: false,
    format: 3,
    algorithmSuite: COMMITTING,
    wrappingAlgorithm: 'AES/GCM',
    materialDescription: {},
    plaintextLength: 200,
  },
  'V2, GCM': {
    instructionFile: false,
    format: 2,
    algorithmSuite: GCM,
    wrappingAlgorithm: 'AES/GCM',
    materialDescription: {},
    plaintextLength: 200,
  },
  'V2, CBC': {
    instructionFile: false,
    format: 2,
    algorithmSuite: CBC,
    wrappingAlgorithm: 'AES/GCM',
    materialDescription: {},
  },
  'V1, CBC': {
    instructionFile: false,
    format: 1,
    algorithmSuite: CBC,
    wrappingAlgorithm: 'AES',
    materialDescription: {},
    plaintextLength: 200,
  },
}

describe.each(Object.keys(summaries) as Writer[])('%s', (writer) => {
  test('is told without a key and without another request, whatever the policy', async () => {
    const object = await store(writer, 200)
    account.aws.s3.requests.clear()
    account.aws.kms.requests.clear()
    const head = await account.client().headObject(object)
    expect(head.ClientSideEncryption).toEqual(summaries[writer])
    expect(head.ContentLength).toBe(writer === 'V2, CBC' ? 208 : 200)
    expect(account.aws.s3.requests.entries).toHaveLength(1)
    expect(account.aws.kms.requests.entries).toHaveLength(0)
  })

  test.each([0, 15, 16])('a content of %i bytes', async (length) => {
    const head = await account.client().headObject(await store(writer, length))
    const known = writer !== 'V2, CBC'
    expect(head.ClientSideEncryption?.plaintextLength).toBe(known ? length : undefined)
    expect(head.ContentLength).toBe(known ? length : 16 * (Math.floor(length / 16) + 1))
  })
})

describe('lengths', () => {
  test('what S3 stores counts for GCM, whatever the metadata say', async () => {
    const head = await account.client().headObject(await store('V2, GCM', 200, { [LENGTH]: '7' }))
    expect(head.ContentLength).toBe(200)
  })

  test.each(['207', '192'])('CBC may state %s bytes of 208', async (stated) => {
    const head = await account
      .client()
      .headObject(await store('V2, CBC', 200, { [LENGTH]: stated }))
    expect(head.ContentLength).toBe(Number(stated))
  })

  test.each(['191', '208', '-1', '1e2', '2 00', 'many', '', '9'.repeat(20)])(
    'CBC of 208 bytes that states "%s" is not believed',
    async (stated) => {
      const head = await account
        .client()
        .headObject(await store('V2, CBC', 200, { [LENGTH]: stated }))
      expect(head.ClientSideEncryption).toMatchObject(unknown)
      expect(head.ContentLength).toBe(208)
    },
  )

  test('a piece is left as S3 has it; the summary is of the object', async () => {
    const object = await store('V3, 115', 200)
    for (const [piece, ContentLength] of [
      [{ Range: 'bytes=0-99' }, 100],
      [{ PartNumber: 1 }, 216],
    ] as const) {
      const head = await account.client().headObject({ ...object, ...piece })
      expect(head.ContentLength).toBe(ContentLength)
      expect(head.ClientSideEncryption).toMatchObject({ plaintextLength: 200 })
    }
  })

  test('an object that is shorter than its tag', async () => {
    const Key = freshKey()
    const { metadata } = writers['V3, 115'](wrappingKey, Buffer.alloc(0))
    await account.store(Key, Buffer.alloc(15), metadata)
    const head = await account.client().headObject({ Bucket: BUCKET, Key })
    expect(head.ClientSideEncryption).toMatchObject(unknown)
    expect(head.ContentLength).toBe(15)
  })
})

describe('where the data key is in an instruction file', () => {
  test.each<[string, Writer, string[], EnvelopeSummary, number]>([
    [
      'V3',
      'V3, 115',
      ['x-amz-c', 'x-amz-d', 'x-amz-i'],
      { instructionFile: true, format: 3, algorithmSuite: COMMITTING, plaintextLength: 200 },
      200,
    ],
    ['V1', 'V1, CBC', [LENGTH], { instructionFile: true, plaintextLength: 200 }, 200],
    ['V2 with a description', 'V2, GCM', ['x-amz-matdesc'], { instructionFile: true }, 216],
  ])('%s', async (_, writer, kept, summary, ContentLength) => {
    const head = await account.client().headObject(await storeRest(writer, 200, kept))
    expect(head.ClientSideEncryption).toEqual(summary)
    expect(head.ContentLength).toBe(ContentLength)
  })
})

test('the encryption context is told as KMS has it', async () => {
  const object = { Bucket: BUCKET, Key: freshKey() }
  const client = account.client()
  const encryptionContext = { tenant: '7', ключ: 'значение' }
  await client.putObject({ ...object, Body: 'secret' }, { encryptionContext })
  expect((await client.headObject(object)).ClientSideEncryption).toMatchObject({
    wrappingAlgorithm: 'kms+context',
    encryptionContext: { ...encryptionContext, 'aws:x-amz-cek-alg': '115' },
    plaintextLength: 6,
  })
})

test('so does the plugin, on the plain command', async () => {
  const object = await store('V3, 115', 200)
  const client = new S3(account.s3Config)
  client.middlewareStack.use(s3Encryption({ client, keyring }))
  const head: EncryptedHeadObjectOutput = await client.send(new HeadObjectCommand(object))
  expect(head.ContentLength).toBe(200)
  expect(head.ClientSideEncryption?.format).toBe(3)
})

describe('everything else is what S3 answers', () => {
  test('an object that is not encrypted', async () => {
    const object = { Bucket: BUCKET, Key: freshKey() }
    await account.store(object.Key, Buffer.from('plain'), { owner: 'me' })
    const head = await account.client().headObject(object)
    const { $metadata, ...expected } = await account.plain.send(new HeadObjectCommand(object))
    expect($metadata.httpStatusCode).toBe(200)
    expect(head).toMatchObject(expected)
    expect(head).not.toHaveProperty('ClientSideEncryption')
    const waiter = { client: account.client(), maxWaitTime: 10 }
    expect((await waitUntilObjectExists(waiter, object)).state).toBe('SUCCESS')
  })

  test('an object that is not there', async () => {
    await expect(
      account.client().headObject({ Bucket: BUCKET, Key: 'missing' }),
    ).rejects.toMatchObject({ name: 'NotFound' })
  })

  test('a presigned URL', async () => {
    const object = await store('V3, 115', 200)
    const url = await getSignedUrl(account.client(), new HeadObjectCommand(object))
    const response = await fetch(url, { method: 'HEAD' })
    expect(response.headers.get('content-length')).toBe('216')
  })

  test('ListObjectsV2, sizes and all', async () => {
    const object = await store('V3, 115', 200)
    const list = new ListObjectsV2Command({ Bucket: BUCKET, Prefix: object.Key })
    const { $metadata, ...expected } = await account.plain.send(list)
    expect($metadata.httpStatusCode).toBe(200)
    expect(expected.Contents).toMatchObject([{ Key: object.Key, Size: 216 }])
    expect(await account.client().send(list)).toMatchObject(expected)
  })
})

test('an envelope that does not hold is refused, as by GetObject', async () => {
  const object = await store('V3, 115', 200, { 'x-amz-key-v2': 'AAAA' })
  const code = 'ERR_ENVELOPE_CONFLICT'
  const client = account.client({ keyring: account.keyring({ keyId: KEYS.app }) })
  await expect(client.headObject(object)).rejects.toMatchObject({ code })
  await expect(client.getObject(object)).rejects.toMatchObject({ code })
})
