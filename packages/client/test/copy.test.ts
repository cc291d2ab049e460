import { randomBytes } from 'node:crypto'
import {
  CopyObjectCommand,
  CreateBucketCommand,
  GetObjectTaggingCommand,
  HeadObjectCommand,
  PutBucketVersioningCommand,
  PutObjectCommand,
  type CopyObjectCommandInput,
} from '@aws-sdk/client-s3'
import { getSignedUrl } from '@aws-sdk/s3-request-presigner'
import { rawAesKeyring, withEncryption, type EncryptionRequestOptions } from '@s3-cse/client'
import { afterEach, beforeAll, describe, expect, test } from 'vitest'
import { decryptIndependently } from './decrypt-independently.ts'
import { BUCKET, freshKey, readsAll, useAccount } from './support.ts'

const account = useAccount()
const OTHER = 'other-bucket'
const text = 'Grüße'
const wrappingKey = randomBytes(32)
const keyring = rawAesKeyring({ wrappingKey, materialDescription: { key: 'a' } })
const forbid = { commitmentPolicy: 'FORBID_ENCRYPT_ALLOW_DECRYPT' } as const

const client = (options: object = {}) =>
  account.client({ keyring, storage: 'instruction-file', ...options })
const fileOf = (key: string) => `${key}.instruction`
const encoded = (Bucket: string, Key: string) => `${Bucket}/${encodeURIComponent(Key)}`

async function put(options: object = {}, Key: string = freshKey()) {
  await client(options).putObject({
    Bucket: BUCKET,
    Key,
    Body: text,
    Metadata: { owner: 'me' },
    ContentType: 'text/plain',
  })
  account.aws.s3.requests.clear()
  return { Bucket: BUCKET, Key, source: encoded(BUCKET, Key) }
}

async function copy(
  source: string,
  more: Partial<CopyObjectCommandInput> & { Bucket?: string; Key?: string } = {},
  options: EncryptionRequestOptions = {},
  s3 = client(),
) {
  const { Bucket = BUCKET, Key = freshKey() } = more
  const input = { ...more, Bucket, Key, CopySource: source }
  await s3.send(new CopyObjectCommand(withEncryption(input, options)))
  return { Bucket, Key }
}

const read = async (object: { Bucket: string; Key: string }) =>
  (await account.client({ keyring, ...readsAll }).getObject(object)).Body?.transformToString()

const head = (object: { Bucket: string; Key: string }) =>
  account.plain.send(new HeadObjectCommand(object))

const requests = () =>
  account.aws.s3.requests.entries.map(({ operation, key }) => `${operation} ${key}`)

const deny = (operation: string, key: string) =>
  account.aws.s3.faults.add({ operation, key, kind: 'status', status: 403, code: 'AccessDenied' })

beforeAll(() => account.plain.send(new CreateBucketCommand({ Bucket: OTHER })))
afterEach(() => {
  account.aws.s3.faults.clear()
})

describe('a copy takes its instruction file along', () => {
  test.each([
    ['V3', {}],
    ['V2', forbid],
  ])('%s, inside a bucket and across buckets', async (_, options) => {
    const { source } = await put(options)
    for (const Bucket of [BUCKET, OTHER]) {
      const copied = await copy(source, { Bucket })
      expect(await read(copied)).toBe(text)
      expect((await head(copied)).Metadata).toMatchObject({ owner: 'me' })
    }
  })

  test('as node:crypto sees it, with the marker of a file', async () => {
    const { source } = await put()
    const { Key } = await copy(source)
    const [object, file] = [await account.stored(Key), await account.stored(fileOf(Key))]
    const fields = JSON.parse(file.body.toString()) as Record<string, string>
    const plaintext = decryptIndependently(
      wrappingKey,
      { ...object.metadata, ...fields },
      object.body,
    )
    expect(plaintext.toString()).toBe(text)
    expect(file.metadata).toEqual({ 'x-amz-crypto-instr-file': '' })
    expect(file.output.ContentType).toBe('application/json')
  })

  test('the object goes first: what is there already is not spoilt by a copy that fails', async () => {
    const [{ source }, there] = [await put(), await put()]
    const target = { Key: there.Key }
    const refused = copy(source, { ...target, CopySourceIfMatch: '"another"' })
    await expect(refused).rejects.toMatchObject({ name: 'PreconditionFailed' })
    deny('CopyObject', there.Key)
    await expect(copy(source, target)).rejects.toMatchObject({ name: 'AccessDenied' })
    await expect(copy(encoded(BUCKET, 'missing'), target)).rejects.toMatchObject({
      name: 'NoSuchKey',
    })
    expect(await read(there)).toBe(text)
    account.aws.s3.requests.clear()
    await copy(source, target)
    expect(requests()).toEqual([`CopyObject ${there.Key}`, `CopyObject ${fileOf(there.Key)}`])
  })

  test('a file that is not copied is told of', async () => {
    const { source } = await put()
    const Key = freshKey()
    deny('CopyObject', fileOf(Key))
    await expect(copy(source, { Key })).rejects.toMatchObject({
      code: 'ERR_INSTRUCTION_FILE_FAILED',
      cause: { name: 'AccessDenied' },
    })
  })

  test('a file that is denied is not missed where the metadata have all of the envelope', async () => {
    const { source } = await put({ storage: 'metadata' })
    const Key = freshKey()
    deny('CopyObject', fileOf(Key))
    expect(await read(await copy(source, { Key }))).toBe(text)
  })

  test.each([
    ['in metadata', { storage: 'metadata' }],
    ['nowhere', undefined],
  ])('an envelope %s needs no file', async (_, options) => {
    const Key = freshKey()
    if (options === undefined) await account.store(Key, Buffer.from(text), {})
    else await put(options, Key)
    const copied = await copy(encoded(BUCKET, Key))
    await expect(head({ ...copied, Key: fileOf(copied.Key) })).rejects.toThrow()
    expect((await account.stored(copied.Key)).body).toEqual((await account.stored(Key)).body)
  })

  test('keys of every kind', async () => {
    for (const key of ['a b/ü?&+%2F#', '100%', 'x'.repeat(900)]) {
      const { source } = await put({}, `${freshKey()}${key}`)
      expect(await read(await copy(source, { Key: `${freshKey()}${key}` }))).toBe(text)
      expect(await read(await copy(`/${source}`))).toBe(text)
    }
    const { Key } = await put()
    expect(await read(await copy(`${BUCKET}/${Key}`))).toBe(text)
  })

  test('an object in its own place', async () => {
    const object = await put()
    const change = { Key: object.Key, StorageClass: 'STANDARD_IA' } as const
    await copy(object.source, change)
    expect(await read(object)).toBe(text)
    expect((await head(object)).StorageClass).toBe('STANDARD_IA')
    expect((await head({ ...object, Key: fileOf(object.Key) })).StorageClass).toBeUndefined()
  })

  test('access and tags are those of the copy, conditions and headers its own', async () => {
    const { source } = await put()
    const { Key } = await copy(source, {
      ACL: 'private',
      Tagging: 'team=blue',
      TaggingDirective: 'REPLACE',
      IfNoneMatch: '*',
      CopySourceIfNoneMatch: '"another"',
      StorageClass: 'STANDARD_IA',
    })
    const file = account.aws.s3.requests.entries.find(({ key }) => key === fileOf(Key))
    expect(file?.headers).toMatchObject({ 'x-amz-acl': 'private' })
    for (const name of [
      'if-none-match',
      'x-amz-copy-source-if-none-match',
      'x-amz-storage-class',
    ]) {
      expect(file?.headers).not.toHaveProperty(name)
    }
    const { TagSet } = await account.plain.send(
      new GetObjectTaggingCommand({ Bucket: BUCKET, Key: fileOf(Key) }),
    )
    expect(TagSet).toEqual([{ Key: 'team', Value: 'blue' }])
  })

  test('an old version, with the file of the newest', async () => {
    const Bucket = 'versioned-copies'
    await account.plain.send(new CreateBucketCommand({ Bucket }))
    const VersioningConfiguration = { Status: 'Enabled' } as const
    await account.plain.send(new PutBucketVersioningCommand({ Bucket, VersioningConfiguration }))
    const Key = freshKey()
    const { VersionId } = await client().putObject({ Bucket, Key, Body: text })
    const source = `${encoded(Bucket, Key)}?versionId=${VersionId ?? ''}`
    await account.plain.send(new PutObjectCommand({ Bucket, Key, Body: 'other' }))
    expect(await read(await copy(source))).toBe(text)
    const replaced = { MetadataDirective: 'REPLACE' } as const
    expect(await read(await copy(source, replaced, { keepEnvelope: true }))).toBe(text)
  })

  test('files of another suffix too, or none', async () => {
    const { Key, source } = await put()
    const { body } = await account.stored(fileOf(Key))
    await account.store(`${Key}.partner`, body, {})
    const options = { instructionFileSuffix: '.partner' }
    const both = await copy(source, {}, options)
    for (const suffix of ['.partner', '.instruction']) {
      await head({ ...both, Key: `${both.Key}${suffix}` })
    }
    account.aws.s3.requests.clear()
    await copy(source, {}, { ignoreInstructionFiles: true })
    expect(account.aws.s3.requests.entries).toHaveLength(1)
  })

  test('a presigned URL copies nothing', async () => {
    const { source } = await put()
    const Key = freshKey()
    const command = new CopyObjectCommand({ Bucket: BUCKET, Key, CopySource: source })
    await getSignedUrl(client(), command)
    expect(account.aws.s3.requests.entries).toHaveLength(0)
  })
})

describe('MetadataDirective: REPLACE', () => {
  const replace = { MetadataDirective: 'REPLACE', Metadata: { Owner: 'you' } } as const
  const storages = [
    ['in metadata, V3', { storage: 'metadata' }],
    ['in metadata, V2', { storage: 'metadata', ...forbid }],
    ['half in metadata, V3', {}],
  ] as const

  test.each(storages)('is refused where it would lose the envelope: %s', async (_, options) => {
    const { source } = await put(options)
    const Key = freshKey()
    await expect(copy(source, { ...replace, Key })).rejects.toMatchObject({
      code: 'ERR_ENVELOPE_LOST',
    })
    expect(requests().filter((request) => request.startsWith('CopyObject'))).toEqual([])
  })

  test.each(storages)('keeps the envelope if told to: %s', async (_, options) => {
    const object = await put(options)
    const copied = await copy(
      object.source,
      { ...replace, ContentType: 'text/html' },
      { keepEnvelope: true },
    )
    expect(await read(copied)).toBe(text)
    const { Metadata = {}, ContentType } = await head(copied)
    const { Metadata: before = {} } = await head(object)
    expect(Metadata).toEqual({ ...before, owner: 'you' })
    expect(ContentType).toBe('text/html')
    // In its own place too: how metadata are changed.
    await copy(object.source, { ...replace, Key: object.Key }, { keepEnvelope: true })
    expect(await read(object)).toBe(text)
    expect((await head(object)).Metadata).toMatchObject({ owner: 'you' })
  })

  test('loses the envelope if told to', async () => {
    const { source } = await put({ storage: 'metadata' })
    const copied = await copy(source, replace, { keepEnvelope: false })
    expect((await head(copied)).Metadata).toEqual({ owner: 'you' })
  })

  test('is free where nothing is lost', async () => {
    const inFile = await put(forbid)
    expect(await read(await copy(inFile.source, replace))).toBe(text)
    const plain = freshKey()
    await account.store(plain, Buffer.from(text), { owner: 'me' })
    const copied = await copy(encoded(BUCKET, plain), replace)
    expect((await head(copied)).Metadata).toEqual({ owner: 'you' })
    const given = await put()
    const { Metadata = {} } = await head(given)
    const byHand = { ...replace, Metadata: { ...Metadata, owner: 'you' } }
    expect(await read(await copy(given.source, byHand))).toBe(text)
  })

  test('a source that is replaced meanwhile does not get the old envelope', async () => {
    const object = await put({ storage: 'metadata' })
    const Key = freshKey()
    account.aws.s3.faults.add({
      operation: 'CopyObject',
      key: Key,
      kind: 'replace',
      run: async () => {
        await client({ storage: 'metadata' }).putObject({ ...object, Body: 'another' })
      },
    })
    await expect(
      copy(object.source, { ...replace, Key }, { keepEnvelope: true }),
    ).rejects.toMatchObject({ name: 'PreconditionFailed' })
  })

  test('conditions on the source hold for what is looked at', async () => {
    const { source } = await put()
    const refused = copy(
      source,
      { ...replace, CopySourceIfMatch: '"another"' },
      { keepEnvelope: true },
    )
    await expect(refused).rejects.toMatchObject({ $metadata: { httpStatusCode: 412 } })
  })

  test('metadata that S3 would refuse are refused with a way out', async () => {
    const { source } = await put({ storage: 'metadata' })
    const Metadata = { note: 'x'.repeat(2000) }
    await expect(
      copy(source, { ...replace, Metadata }, { keepEnvelope: true }),
    ).rejects.toMatchObject({ code: 'ERR_METADATA_TOO_LARGE' })
  })

  test('a source that is not there is an error of S3', async () => {
    await expect(copy(encoded(BUCKET, 'missing'), replace)).rejects.toMatchObject({
      $metadata: { httpStatusCode: 404 },
    })
  })
})
