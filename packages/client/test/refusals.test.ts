import {
  KMSClient,
  DisableKeyCommand,
  EnableKeyCommand,
  DescribeKeyCommand,
} from '@aws-sdk/client-kms'
import { GetObjectCommand, PutObjectCommand, UploadPartCommand } from '@aws-sdk/client-s3'
import { getSignedUrl } from '@aws-sdk/s3-request-presigner'
import { decryptionFailed, kmsPort } from '@s3-cse/client'
import { beforeAll, describe, expect, test } from 'vitest'
import objects from '../../../conformance/vectors/objects.json' with { type: 'json' }
import { BUCKET, bytes, freshKey, KEYS, OTHER_REGION, readsAll, useAccount } from './support.ts'

const account = useAccount()
const Body = 'secret'

describe('never plaintext by accident', () => {
  test.each([
    'ContentMD5',
    'ChecksumCRC32',
    'ChecksumCRC32C',
    'ChecksumCRC64NVME',
    'ChecksumSHA1',
    'ChecksumSHA256',
    'ChecksumSHA512',
    'ChecksumMD5',
    'ChecksumXXHASH3',
    'ChecksumXXHASH64',
    'ChecksumXXHASH128',
  ])('%s of the caller is refused before KMS', async (name) => {
    account.aws.kms.requests.clear()
    const input = { Bucket: BUCKET, Key: freshKey(), Body, [name]: 'AAAA' }
    await expect(account.client().putObject(input)).rejects.toMatchObject({
      code: 'ERR_PLAINTEXT_CHECKSUM',
    })
    expect(account.aws.kms.requests.entries).toHaveLength(0)
  })

  test('no presigned URL for PutObject', async () => {
    const command = new PutObjectCommand({ Bucket: BUCKET, Key: freshKey() })
    await expect(getSignedUrl(account.client(), command)).rejects.toMatchObject({
      code: 'ERR_PRESIGN_REFUSED',
    })
  })

  test('a presigned URL for GetObject reads ciphertext', async () => {
    const Key = freshKey()
    const client = account.client()
    await client.putObject({ Bucket: BUCKET, Key, Body })
    const url = await getSignedUrl(client, new GetObjectCommand({ Bucket: BUCKET, Key }))
    expect((await (await fetch(url)).arrayBuffer()).byteLength).toBe(Body.length + 16)
  })

  test('a part of an upload that is not encrypted is refused', async () => {
    const part = { Bucket: BUCKET, Key: freshKey(), UploadId: 'x', PartNumber: 1, Body }
    await expect(account.client().send(new UploadPartCommand(part))).rejects.toMatchObject({
      name: 'S3EncryptionError',
    })
  })

  test('a length that is not that of the body is refused', async () => {
    await expect(
      account.client().putObject({ Bucket: BUCKET, Key: freshKey(), Body, ContentLength: 7 }),
    ).rejects.toMatchObject({ code: 'ERR_CONTENT_LENGTH' })
  })

  test('metadata that S3 would refuse is refused with a way out', async () => {
    const Metadata = { note: 'x'.repeat(2000) }
    await expect(
      account.client().putObject({ Bucket: BUCKET, Key: freshKey(), Body, Metadata }),
    ).rejects.toMatchObject({ code: 'ERR_METADATA_TOO_LARGE' })
  })
})

describe('objects without an envelope', () => {
  const Key = 'plain'
  beforeAll(() => account.store(Key, Buffer.from('not encrypted'), { owner: 'me' }))

  test('are refused, with a word about CORS', async () => {
    const refused = account.client().getObject({ Bucket: BUCKET, Key })
    await expect(refused).rejects.toMatchObject({ code: 'ERR_ENVELOPE_MISSING' })
    await expect(refused).rejects.toThrow('ExposeHeaders')
  })

  test('are read by name of the option', async () => {
    const client = account.client({ allowUnencryptedObjects: true })
    const output = await client.getObject({ Bucket: BUCKET, Key })
    expect((await bytes(output)).toString()).toBe('not encrypted')
  })

  test('the option does not open a broken envelope', async () => {
    const client = account.client({ allowUnencryptedObjects: true })
    const broken = freshKey()
    await client.putObject({ Bucket: BUCKET, Key: broken, Body })
    const { metadata, body } = await account.stored(broken)
    Reflect.deleteProperty(metadata, 'x-amz-3')
    await account.store(broken, body, metadata)
    await expect(client.getObject({ Bucket: BUCKET, Key: broken })).rejects.toMatchObject({
      code: 'ERR_ENVELOPE_INVALID',
    })
  })
})

describe('altered objects', () => {
  const put = async (options = {}) => {
    const Key = freshKey()
    const client = account.client(options)
    await client.putObject({ Bucket: BUCKET, Key, Body })
    const { metadata, body } = await account.stored(Key)
    return {
      metadata,
      body,
      get: () => account.client(readsAll).getObject({ Bucket: BUCKET, Key }),
      store: (altered: Uint8Array, fields = metadata) => account.store(Key, altered, fields),
    }
  }
  const forbid = { commitmentPolicy: 'FORBID_ENCRYPT_ALLOW_DECRYPT' } as const
  const cbc = { ...forbid, algorithmSuite: 'ALG_AES_256_CBC_IV16_NO_KDF', writeLegacyCbc: true }

  const alterations: Record<string, (body: Buffer) => Uint8Array> = {
    'a bit flipped': (body) => body.map((byte, i) => (i === 0 ? byte ^ 1 : byte)),
    'the last bit flipped': (body) =>
      body.map((byte, i) => (i === body.length - 1 ? byte ^ 1 : byte)),
    'a byte cut off': (body) => body.subarray(0, -1),
    'a byte added': (body) => Buffer.concat([body, Buffer.of(0)]),
    'cut to nothing': () => new Uint8Array(0),
  }
  const cases = Object.keys(alterations).flatMap((how) => [
    [how, '115', {}] as const,
    [how, 'GCM', forbid] as const,
  ])

  test.each(cases)('%s, %s: one and the same error', async (how, _, options) => {
    const { body, get, store } = await put(options)
    await store(alterations[how]?.(body) ?? body)
    const error: unknown = await get().catch((reason: unknown) => reason)
    expect(error).toEqual(decryptionFailed())
    expect(error).not.toHaveProperty('cause')
  })

  test.each(['a byte cut off', 'a byte added', 'cut to nothing'])('%s, CBC', async (how) => {
    const { body, get, store } = await put(cbc)
    await store(alterations[how]?.(body) ?? body)
    await expect(get()).rejects.toMatchObject({ code: 'ERR_DECRYPTION_FAILED' })
  })

  test('an envelope of another object', async () => {
    const [one, other] = [await put(), await put()]
    await one.store(one.body, other.metadata)
    await expect(one.get()).rejects.toMatchObject({ code: 'ERR_DECRYPTION_FAILED' })
    const fields = ['x-amz-i', 'x-amz-d', 'x-amz-3'] as const
    for (const name of fields) {
      await one.store(one.body, { ...one.metadata, [name]: other.metadata[name] ?? '' })
      await expect(one.get()).rejects.toMatchObject({ code: 'ERR_COMMITMENT_MISMATCH' })
    }
  })

  test('a header that claims commitment does not satisfy the policy', async () => {
    const { metadata, body, store } = await put(forbid)
    const Key = freshKey()
    await store(body, metadata)
    await account.store(Key, body, { ...metadata, 'x-amz-c': '115', 'x-amz-w': '12' })
    for (const policy of [{}, readsAll]) {
      await expect(account.client(policy).getObject({ Bucket: BUCKET, Key })).rejects.toMatchObject(
        {
          name: 'S3EncryptionError',
        },
      )
    }
  })
})

describe('keys and contexts', () => {
  test.each([
    ['none', undefined],
    ['another', { tenant: '8' }],
    ['more', { tenant: '7', owner: 'me' }],
  ])('the wrong encryption context (%s) is refused before KMS', async (_, encryptionContext) => {
    const Key = freshKey()
    const client = account.client()
    const right = { encryptionContext: { tenant: '7' } }
    await client.putObject({ Bucket: BUCKET, Key, Body }, right)
    account.aws.kms.requests.clear()
    await expect(
      client.getObject({ Bucket: BUCKET, Key }, { encryptionContext }),
    ).rejects.toMatchObject({ code: 'ERR_ENCRYPTION_CONTEXT_MISMATCH' })
    expect(account.aws.kms.requests.entries).toHaveLength(0)
    expect(await bytes(await client.getObject({ Bucket: BUCKET, Key }, right))).toHaveLength(6)
  })

  test('an altered context is refused by KMS itself', async () => {
    const Key = freshKey()
    const client = account.client()
    const encryptionContext = { tenant: '7' }
    await client.putObject({ Bucket: BUCKET, Key, Body }, { encryptionContext })
    const { metadata, body } = await account.stored(Key)
    const t = (metadata['x-amz-t'] ?? '').replace('"7"', '"8"')
    await account.store(Key, body, { ...metadata, 'x-amz-t': t })
    await expect(
      client.getObject({ Bucket: BUCKET, Key }, { encryptionContext: { tenant: '8' } }),
    ).rejects.toMatchObject({ name: 'InvalidCiphertextException' })
  })

  test('a reserved key in the context is refused', async () => {
    const encryptionContext = { 'aws:x-amz-cek-alg': '115' }
    await expect(
      account.client().putObject({ Bucket: BUCKET, Key: freshKey(), Body }, { encryptionContext }),
    ).rejects.toMatchObject({ code: 'ERR_ENCRYPTION_CONTEXT_RESERVED' })
  })

  test("KMS errors come through as the SDK's own", async () => {
    const Key = freshKey()
    const writeOnly = account.client({ keyring: account.keyring({ keyId: KEYS.writeOnly }) })
    await writeOnly.putObject({ Bucket: BUCKET, Key, Body })
    await expect(writeOnly.getObject({ Bucket: BUCKET, Key })).rejects.toMatchObject({
      name: 'AccessDeniedException',
    })
    const missing = account.client({ keyring: account.keyring({ keyId: 'alias/missing' }) })
    await expect(
      missing.putObject({ Bucket: BUCKET, Key: freshKey(), Body }),
    ).rejects.toMatchObject({ name: 'NotFoundException' })
  })

  test('a disabled key', async () => {
    const Key = freshKey()
    const keyring = account.keyring({
      keyId: KEYS.elsewhere,
      clientConfig: { region: OTHER_REGION },
    })
    const client = account.client({ keyring })
    await client.putObject({ Bucket: BUCKET, Key, Body })
    const kms = new KMSClient(account.kmsConfig(OTHER_REGION))
    const { KeyMetadata } = await kms.send(new DescribeKeyCommand({ KeyId: KEYS.elsewhere }))
    const KeyId = KeyMetadata?.KeyId
    await kms.send(new DisableKeyCommand({ KeyId }))
    await expect(client.getObject({ Bucket: BUCKET, Key })).rejects.toMatchObject({
      name: 'DisabledException',
    })
    await kms.send(new EnableKeyCommand({ KeyId }))
    expect(await bytes(await client.getObject({ Bucket: BUCKET, Key }))).toHaveLength(6)
  })

  test('discovery reads without a key id, and cannot write', async () => {
    const Key = freshKey()
    await account.client().putObject({ Bucket: BUCKET, Key, Body })
    const discovery = account.client({ keyring: account.keyring({ discovery: true }) })
    expect(await bytes(await discovery.getObject({ Bucket: BUCKET, Key }))).toHaveLength(6)
    await expect(
      discovery.putObject({ Bucket: BUCKET, Key: freshKey(), Body }),
    ).rejects.toMatchObject({ code: 'ERR_KEYRING_CANNOT_ENCRYPT' })
  })

  test('an existing data key is wrapped by KMS', async () => {
    const kms = kmsPort(new KMSClient(account.kmsConfig()))
    const dataKey = crypto.getRandomValues(new Uint8Array(32))
    const request = { keyId: KEYS.app, encryptionContext: { a: 'b' }, grantTokens: undefined }
    const encryptedDataKey = await kms.encrypt({ ...request, dataKey })
    expect(await kms.decrypt({ ...request, encryptedDataKey })).toEqual(dataKey)
  })
})

describe('policies and legacy', () => {
  const legacyObject = objects.vectors.find(({ id }) => id === 'V2, kms, CBC')

  test.each([
    [{ commitmentPolicy: 'REQUIRE_ENCRYPT_ALLOW_DECRYPT' }, 'ERR_LEGACY_CONTENT_DISABLED'],
    [{ enableLegacyUnauthenticatedModes: true }, 'ERR_COMMITMENT_POLICY'],
    [readsAll, 'ERR_LEGACY_WRAPPING_DISABLED'],
  ] as const)('with %o: %s, before KMS', async (options, code) => {
    const Key = freshKey()
    const metadata = legacyObject?.metadata as unknown as Record<string, string>
    await account.store(Key, Buffer.from(legacyObject?.body ?? '', 'hex'), metadata)
    account.aws.kms.requests.clear()
    await expect(account.client(options).getObject({ Bucket: BUCKET, Key })).rejects.toMatchObject({
      code,
    })
    expect(account.aws.kms.requests.entries).toHaveLength(0)
  })

  test('an object larger than the buffer is refused before KMS, with the ways on', async () => {
    const Key = freshKey()
    await account.client().putObject({ Bucket: BUCKET, Key, Body: Buffer.alloc(100) })
    account.aws.kms.requests.clear()
    const refused = account.client({ bufferSize: 115 }).getObject({ Bucket: BUCKET, Key })
    await expect(refused).rejects.toMatchObject({ code: 'ERR_BUFFER_LIMIT' })
    await expect(refused).rejects.toThrow('bufferSize')
    expect(account.aws.kms.requests.entries).toHaveLength(0)
    const fits = await account.client({ bufferSize: 116 }).getObject({ Bucket: BUCKET, Key })
    expect(await bytes(fits)).toHaveLength(100)
  })
})
