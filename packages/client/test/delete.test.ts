import {
  CreateBucketCommand,
  DeleteObjectCommand,
  DeleteObjectsCommand,
  HeadObjectCommand,
  ListObjectsV2Command,
  PutBucketVersioningCommand,
  type DeleteObjectsCommandInput,
  type ObjectIdentifier,
} from '@aws-sdk/client-s3'
import { getSignedUrl } from '@aws-sdk/s3-request-presigner'
import { rawAesKeyring, withEncryption } from '@s3-cse/client'
import { afterEach, beforeAll, describe, expect, test } from 'vitest'
import { BUCKET, freshKey, useAccount } from './support.ts'

const account = useAccount()
const keyring = rawAesKeyring({ wrappingKey: crypto.getRandomValues(new Uint8Array(32)) })
const client = (options: object = {}) =>
  account.client({ keyring, storage: 'instruction-file', ...options })

const fileOf = (key: string, suffix = '.instruction') => `${key}${suffix}`

async function put() {
  const object = { Bucket: BUCKET, Key: freshKey() }
  await client().putObject({ ...object, Body: 'secret' })
  account.aws.s3.requests.clear()
  return object
}

/** Keys in the bucket that begin so. */
async function keys(Prefix: string) {
  const { Contents = [] } = await account.plain.send(
    new ListObjectsV2Command({ Bucket: BUCKET, Prefix }),
  )
  return Contents.map(({ Key }) => Key)
}

const deletes = () =>
  account.aws.s3.requests.of('DeleteObject', 'DeleteObjects').map(({ key }) => key)

afterEach(() => {
  account.aws.s3.faults.clear()
})

describe('DeleteObject', () => {
  test('takes the file along, after the object', async () => {
    const object = await put()
    expect(await keys(object.Key)).toHaveLength(2)
    const output = await client().send(new DeleteObjectCommand(object))
    expect(output.$metadata.httpStatusCode).toBe(204)
    expect(deletes()).toEqual([object.Key, fileOf(object.Key)])
    expect(await keys(object.Key)).toEqual([])
  })

  test('is the same for a client that writes metadata, and for an object without file', async () => {
    const object = await put()
    const other = client({ storage: 'metadata' })
    await other.send(new DeleteObjectCommand(object))
    expect(await keys(object.Key)).toEqual([])
    await other.send(new DeleteObjectCommand(object))
  })

  test('takes a file of another suffix along if it is named', async () => {
    const object = await put()
    const [partner, other] = ['.partner', '.other'].map((suffix) => fileOf(object.Key, suffix))
    for (const key of [partner, other]) await account.store(key ?? '', Buffer.from('{}'), {})
    const options = { instructionFileSuffix: '.partner' }
    await client().send(new DeleteObjectCommand(withEncryption(object, options)))
    expect(await keys(object.Key)).toEqual([other])
  })

  test('sends one request where files are ignored', async () => {
    const ignore = { ignoreInstructionFiles: true } as const
    const ignoring = client({ ...ignore, storage: 'metadata' })
    for (const [s3, options] of [[ignoring, {}] as const, [client(), ignore] as const]) {
      const object = await put()
      await s3.send(new DeleteObjectCommand(withEncryption(object, options)))
      expect(await keys(object.Key)).toEqual([fileOf(object.Key)])
    }
  })

  test('an object that is not deleted keeps its file', async () => {
    const object = await put()
    const refusal = { kind: 'status', status: 403, code: 'AccessDenied' } as const
    account.aws.s3.faults.add({ operation: 'DeleteObject', key: object.Key, ...refusal })
    await expect(client().send(new DeleteObjectCommand(object))).rejects.toMatchObject({
      name: 'AccessDenied',
    })
    expect(await keys(object.Key)).toHaveLength(2)
  })

  test('a file that is not deleted is reported', async () => {
    const object = await put()
    const refusal = { kind: 'status', status: 403, code: 'AccessDenied' } as const
    account.aws.s3.faults.add({ operation: 'DeleteObject', key: fileOf(object.Key), ...refusal })
    const failed = client().send(new DeleteObjectCommand(object))
    await expect(failed).rejects.toMatchObject({
      code: 'ERR_INSTRUCTION_FILE_FAILED',
      cause: { name: 'AccessDenied' },
    })
    await expect(failed).rejects.toThrow(fileOf(object.Key))
    expect(await keys(object.Key)).toEqual([fileOf(object.Key)])
    await client().send(new DeleteObjectCommand(object))
    expect(await keys(object.Key)).toEqual([])
  })

  test('a presigned URL deletes nothing', async () => {
    const object = await put()
    await getSignedUrl(client(), new DeleteObjectCommand(object))
    expect(deletes()).toEqual([])
    expect(await keys(object.Key)).toHaveLength(2)
  })
})

describe('DeleteObjects', () => {
  const request = (Objects: ObjectIdentifier[], more: object = {}) =>
    new DeleteObjectsCommand({ Bucket: BUCKET, Delete: { Objects }, ...more })

  test('takes the files along, and tells of the objects', async () => {
    const objects = [await put(), await put()]
    const Objects = objects.map(({ Key }) => ({ Key }))
    account.aws.s3.requests.clear()
    const output = await client().send(request(Objects))
    expect(output.Deleted?.map(({ Key }) => Key)).toEqual(objects.map(({ Key }) => Key))
    expect(output.Errors).toBeUndefined()
    expect(deletes()).toHaveLength(2)
    for (const { Key } of objects) expect(await keys(Key)).toEqual([])
  })

  test('files that are listed too are deleted once', async () => {
    const { Key } = await put()
    const output = await client().send(request([{ Key }, { Key: fileOf(Key) }]))
    expect(output.Deleted).toHaveLength(2)
    expect(deletes()).toHaveLength(2)
    expect(await keys(Key)).toEqual([])
  })

  test('a thousand keys, with two suffixes', async () => {
    const prefix = freshKey()
    const Objects = Array.from({ length: 1000 }, (_, i) => ({ Key: `${prefix}/${i}` }))
    for (const i of [0, 499, 500, 999]) {
      for (const suffix of ['', '.instruction', '.partner']) {
        await account.store(`${prefix}/${i}${suffix}`, Buffer.from('{}'), {})
      }
    }
    account.aws.s3.requests.clear()
    const options = { instructionFileSuffix: '.partner' }
    const command = new DeleteObjectsCommand(withEncryption(request(Objects).input, options))
    const output = await client().send(command)
    expect(output.Deleted).toHaveLength(1000)
    expect(output.Errors).toBeUndefined()
    expect(account.aws.s3.requests.of('DeleteObjects')).toHaveLength(3)
    expect(await keys(prefix)).toEqual([])
  })

  test('a request for files that fails is among the errors, file by file', async () => {
    const [one, two] = [await put(), await put()]
    const Objects = [{ Key: one.Key }, { Key: two.Key }]
    const refusal = { kind: 'status', status: 403, code: 'AccessDenied' } as const
    account.aws.s3.faults.add({ operation: 'DeleteObjects', skip: 1, ...refusal })
    const output = await client().send(request(Objects))
    expect(output.Deleted).toHaveLength(2)
    expect(output.Errors).toEqual(
      [one, two].map(({ Key }) => ({
        Key: fileOf(Key),
        Code: 'AccessDenied',
        Message: 'As asked for by a fault.',
      })),
    )
    expect(await keys(one.Key)).toEqual([fileOf(one.Key)])
  })

  test('single failures: an object that stays keeps its file, a file that stays is told of', async () => {
    const [kept, half] = [await put(), await put()]
    const s3 = client()
    // What S3 answers for keys that it does not delete.
    const denied = new Set([kept.Key, fileOf(half.Key)])
    s3.middlewareStack.add(
      (next) => async (args) => {
        const input = args.input as DeleteObjectsCommandInput
        const Objects = input.Delete?.Objects ?? []
        const isDenied = ({ Key = '' }: ObjectIdentifier) => denied.has(Key)
        const Allowed = Objects.filter((object) => !isDenied(object))
        const Errors = Objects.filter(isDenied).map(({ Key }) => ({
          Key,
          Code: 'AccessDenied',
        }))
        if (Allowed.length === 0) return { response: {}, output: { $metadata: {}, Errors } }
        const Delete = { ...input.Delete, Objects: Allowed }
        const result = await next({ ...args, input: { ...input, Delete } })
        return { ...result, output: { ...result.output, Errors } }
      },
      { step: 'serialize', priority: 'high', name: 'deniesSome' },
    )
    const Objects = [{ Key: kept.Key }, { Key: half.Key }]
    const output = await s3.send(request(Objects))
    expect(output.Errors?.map(({ Key }) => Key)).toEqual([kept.Key, fileOf(half.Key)])
    expect(output.Deleted?.map(({ Key }) => Key)).toEqual([half.Key])
    expect(await keys(kept.Key)).toHaveLength(2)
    expect(await keys(half.Key)).toEqual([fileOf(half.Key)])
  })
})

describe('in a versioned bucket', () => {
  const Bucket = 'versioned-deletes'
  beforeAll(async () => {
    await account.plain.send(new CreateBucketCommand({ Bucket }))
    const VersioningConfiguration = { Status: 'Enabled' } as const
    await account.plain.send(new PutBucketVersioningCommand({ Bucket, VersioningConfiguration }))
  })

  test.each([
    [
      'DeleteObject',
      (Key: string, VersionId: string) => new DeleteObjectCommand({ Bucket, Key, VersionId }),
    ],
    [
      'DeleteObjects',
      (Key: string, VersionId: string) =>
        new DeleteObjectsCommand({ Bucket, Delete: { Objects: [{ Key, VersionId }] } }),
    ],
  ] as const)('%s of an old version leaves the file to the new one', async (_, command) => {
    const object = { Bucket, Key: freshKey() }
    const { VersionId = '' } = await client().putObject({ ...object, Body: 'old' })
    await client().putObject({ ...object, Body: 'new' })
    await client().send(command(object.Key, VersionId) as DeleteObjectCommand)
    const { Body } = await client().getObject(object)
    expect(await Body?.transformToString()).toBe('new')
    await expect(
      account.plain.send(new HeadObjectCommand({ ...object, VersionId })),
    ).rejects.toThrow()
  })

  test('without a version both get a marker, and nothing is lost', async () => {
    const object = { Bucket, Key: freshKey() }
    const written = await client().putObject({ ...object, Body: 'secret' })
    const file = { Bucket, Key: fileOf(object.Key) }
    const stored = await account.plain.send(new HeadObjectCommand(file))
    const output = await client().send(new DeleteObjectCommand(object))
    expect(output.DeleteMarker).toBe(true)
    for (const [one, { VersionId }] of [[object, written] as const, [file, stored] as const]) {
      await expect(account.plain.send(new HeadObjectCommand(one))).rejects.toThrow()
      await account.plain.send(new HeadObjectCommand({ ...one, VersionId }))
    }
  })
})
