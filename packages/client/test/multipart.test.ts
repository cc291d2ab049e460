import { createHash, randomBytes } from 'node:crypto'
import { Readable } from 'node:stream'
import {
  AbortMultipartUploadCommand,
  CompleteMultipartUploadCommand,
  CreateMultipartUploadCommand,
  ListMultipartUploadsCommand,
  UploadPartCommand,
  UploadPartCopyCommand,
  type CompletedPart,
} from '@aws-sdk/client-s3'
import { Upload } from '@aws-sdk/lib-storage'
import { getSignedUrl } from '@aws-sdk/s3-request-presigner'
import { withEncryption, type S3EncryptionClient } from '@s3-cse/client'
import { afterEach, describe, expect, test } from 'vitest'
import { BUCKET, bytes, freshKey, readsAll, useAccount } from './support.ts'

const account = useAccount()
const MiB = 2 ** 20
const content = randomBytes(23 * MiB + 7)
const sha256 = (data: Uint8Array) => createHash('sha256').update(data).digest('hex')
const small = { partSize: 5 * MiB }

const read = async (Key: string) =>
  sha256(await bytes(await account.client(readsAll).getObject({ Bucket: BUCKET, Key })))

async function openUploads(): Promise<number> {
  const output = await account.plain.send(new ListMultipartUploadsCommand({ Bucket: BUCKET }))
  return output.Uploads?.length ?? 0
}

afterEach(() => {
  account.aws.s3.faults.clear()
})

describe('PutObject of what does not fit one part', () => {
  async function* generate(size = 100_003) {
    for (let at = 0; at < content.length; at += size) {
      await Promise.resolve()
      yield content.subarray(at, at + size)
    }
  }
  const kinds = {
    bytes: () => content,
    Blob: () => new Blob([content]),
    'a stream of unknown length': () => Readable.from(generate()),
    'a web stream': () => new Blob([content]).stream(),
    'an async generator': () => generate(),
  }

  test.each(Object.keys(kinds) as (keyof typeof kinds)[])('%s', async (kind) => {
    const Key = freshKey()
    const input = { Bucket: BUCKET, Key, Body: kinds[kind]() as Readable, ContentType: 'a/b' }
    const { ETag } = await account.client(small).putObject(input)
    expect(ETag).toMatch(/-5"$/)
    expect(await read(Key)).toBe(sha256(content))
    expect((await account.stored(Key)).output.ContentType).toBe('a/b')
  })

  const cbc = {
    commitmentPolicy: 'FORBID_ENCRYPT_ALLOW_DECRYPT',
    algorithmSuite: 'ALG_AES_256_CBC_IV16_NO_KDF',
    writeLegacyCbc: true,
  } as const
  test.each([
    ['GCM', { commitmentPolicy: 'FORBID_ENCRYPT_ALLOW_DECRYPT' }],
    ['CBC', cbc],
  ] as const)('%s', async (_, options) => {
    const Key = freshKey()
    const client = account.client({ ...small, ...options })
    await client.putObject({ Bucket: BUCKET, Key, Body: Readable.from(generate()) })
    expect(await read(Key)).toBe(sha256(content))
  })

  test.each([5 * MiB - 17, 5 * MiB - 16, 5 * MiB - 15, 5 * MiB, 10 * MiB - 16, 10 * MiB])(
    '%i bytes, around the end of a part',
    async (size) => {
      const Key = freshKey()
      const Body = content.subarray(0, size)
      await account.client(small).putObject({ Bucket: BUCKET, Key, Body })
      expect(await read(Key)).toBe(sha256(Body))
    },
  )

  test('a part that fails is sent again, alone', async () => {
    const Key = freshKey()
    const fault = account.aws.s3.faults.add({
      operation: 'UploadPart',
      key: Key,
      partNumber: 2,
      times: 2,
      kind: 'status',
      status: 503,
      code: 'SlowDown',
    })
    account.aws.s3.requests.clear()
    await account.client(small).putObject({ Bucket: BUCKET, Key, Body: content })
    expect(fault.hits).toBe(2)
    const parts = account.aws.s3.requests.of('UploadPart')
    expect(parts).toHaveLength(5 + 2)
    expect(await read(Key)).toBe(sha256(content))
  })

  test.each(['CreateMultipartUpload', 'UploadPart', 'CompleteMultipartUpload'])(
    'when %s fails for good, nothing is left',
    async (operation) => {
      const Key = freshKey()
      const fault = { status: 403, code: 'AccessDenied', times: null, kind: 'status' } as const
      account.aws.s3.faults.add({ ...fault, operation, key: Key })
      const source = Readable.from(generate())
      await expect(
        account.client(small).putObject({ Bucket: BUCKET, Key, Body: source }),
      ).rejects.toMatchObject({ name: 'AccessDenied' })
      expect(source.destroyed).toBe(true)
      expect(await openUploads()).toBe(0)
      await expect(account.stored(Key)).rejects.toMatchObject({ name: 'NoSuchKey' })
    },
  )

  test('when the source fails, nothing is left', async () => {
    const Key = freshKey()
    const failing = Readable.from(
      (async function* () {
        yield* generate()
        throw new Error('disk on fire')
      })(),
    )
    await expect(
      account.client(small).putObject({ Bucket: BUCKET, Key, Body: failing }),
    ).rejects.toThrow('disk on fire')
    expect(await openUploads()).toBe(0)
  })

  test.each(['UploadPart', 'CompleteMultipartUpload'])(
    'when it is aborted during %s, nothing is left',
    async (operation) => {
      const Key = freshKey()
      const abort = new AbortController()
      const stall = account.aws.s3.faults.add({ operation, key: Key, times: null, kind: 'stall' })
      const put = account
        .client(small)
        .putObject({ Bucket: BUCKET, Key, Body: content }, { abortSignal: abort.signal })
      void stall.reached.then(() => {
        abort.abort()
      })
      await expect(put).rejects.toMatchObject({ name: 'AbortError' })
      expect(await openUploads()).toBe(0)
    },
  )

  test('when it is aborted while the source is silent, the source is cancelled', async () => {
    let cancelled = false
    const silent = new ReadableStream({
      cancel() {
        cancelled = true
      },
    })
    const abort = new AbortController()
    const put = account
      .client()
      .putObject({ Bucket: BUCKET, Key: freshKey(), Body: silent }, { abortSignal: abort.signal })
    setImmediate(() => {
      abort.abort()
    })
    await expect(put).rejects.toMatchObject({ name: 'AbortError' })
    expect(cancelled).toBe(true)
  })

  test('an option that is undefined is that of the client', async () => {
    const input = { Bucket: BUCKET, Key: freshKey(), Body: content }
    const { ETag } = await account.client(small).putObject(input, { partSize: undefined })
    expect(ETag).toMatch(/-5"$/)
  })

  test('no request that it makes has the plaintext in its input', async () => {
    const inputs: object[] = []
    const client = account.client(small)
    const see = (next: (args: { input: object }) => unknown) => (args: { input: object }) => {
      inputs.push(args.input)
      return next(args)
    }
    client.middlewareStack.add(see as never, { step: 'initialize', priority: 'low' })
    await client.putObject({ Bucket: BUCKET, Key: freshKey(), Body: content })
    expect(inputs.filter((input) => 'Body' in input && input.Body === content)).toHaveLength(0)
    expect(inputs).toHaveLength(1 + 5 + 1)
  })

  test.each([
    { partSize: 5 * MiB - 16 },
    { partSize: 5 * MiB + 1 },
    { partSize: 6 * 2 ** 30 },
    { partsInFlight: 0 },
  ])('%o is refused', async (options) => {
    expect(() => account.client(options)).toThrow(
      expect.objectContaining({ code: 'ERR_CONFIGURATION' }),
    )
    await expect(
      account.client().putObject({ Bucket: BUCKET, Key: freshKey(), Body: 'x' }, options),
    ).rejects.toMatchObject({ code: 'ERR_CONFIGURATION' })
  })
})

describe("the SDK's transfer manager", () => {
  test.each([1, 4, 16])('works unchanged, %i parts at a time', async (queueSize) => {
    for (const size of [0, 1000, 5 * MiB, 10 * MiB, 12 * MiB + 5]) {
      const Key = freshKey()
      const Body = content.subarray(0, size)
      const client = account.client()
      await new Upload({ client, params: { Bucket: BUCKET, Key, Body }, queueSize }).done()
      expect(await read(Key)).toBe(sha256(Body))
    }
  })
})

describe('plain multipart commands', () => {
  async function begin(client: S3EncryptionClient, options = {}) {
    const target = { Bucket: BUCKET, Key: freshKey() }
    const { UploadId } = await client.send(
      new CreateMultipartUploadCommand(withEncryption(target, options)),
    )
    const upload = { ...target, UploadId }
    const send = async (PartNumber: number, Body: Uint8Array): Promise<CompletedPart> => {
      const { ETag } = await client.send(new UploadPartCommand({ ...upload, PartNumber, Body }))
      return { PartNumber, ETag }
    }
    const complete = (Parts: CompletedPart[]) =>
      client.send(new CompleteMultipartUploadCommand({ ...upload, MultipartUpload: { Parts } }))
    return { Key: target.Key, upload, send, complete }
  }
  const withoutChecksums = () => account.client({ requestChecksumCalculation: 'WHEN_REQUIRED' })
  const at = (partNumber: number, length = 5 * MiB) =>
    content.subarray((partNumber - 1) * 5 * MiB, (partNumber - 1) * 5 * MiB + length)

  test.each([
    ['the last one short', 7],
    ['the last one whole', 5 * MiB],
    ['the last one of no blocks', 5 * MiB - 3],
  ])('parts in any order when their size was said, %s', async (_, rest) => {
    const { Key, send, complete } = await begin(withoutChecksums(), small)
    const last = await send(3, at(3, rest))
    const [first, second] = await Promise.all([send(1, at(1)), send(2, at(2))])
    await complete([first, second, last])
    expect(await read(Key)).toBe(sha256(content.subarray(0, 10 * MiB + rest)))
  })

  test('a part may be sent again with the same bytes, and not with others', async () => {
    const { Key, send, complete } = await begin(withoutChecksums())
    await send(1, at(1))
    const parts = [await send(1, at(1)), await send(2, at(2, 100)), await send(2, at(2, 100))]
    await expect(send(2, at(3, 100))).rejects.toMatchObject({ code: 'ERR_MULTIPART_PART_CHANGED' })
    await expect(send(2, at(2, 99))).rejects.toMatchObject({ code: 'ERR_MULTIPART_PART_CHANGED' })
    await complete([parts[0], parts[2]] as CompletedPart[])
    expect(await read(Key)).toBe(sha256(content.subarray(0, 5 * MiB + 100)))
  })

  test('a part whose place is unknown', async () => {
    const { send } = await begin(withoutChecksums())
    await expect(send(2, at(2))).rejects.toMatchObject({ code: 'ERR_MULTIPART_ORDER' })
  })

  test.each([
    ['odd', 5 * MiB + 1],
    ['short', 5 * MiB - 16],
  ])('an %s part before another', async (_, length) => {
    const { send } = await begin(withoutChecksums())
    await send(1, content.subarray(0, length))
    await expect(send(2, at(2))).rejects.toMatchObject({ code: 'ERR_MULTIPART_PART_SIZE' })
  })

  test('parts of another size than was said', async () => {
    const { send } = await begin(withoutChecksums(), small)
    await expect(send(1, content.subarray(0, 6 * MiB))).rejects.toMatchObject({
      code: 'ERR_MULTIPART_PART_SIZE',
    })
  })

  test('a gap, or not each part, cannot be completed', async () => {
    const { send, complete } = await begin(withoutChecksums(), small)
    const first = await send(1, at(1))
    const third = await send(3, at(3))
    await expect(complete([first, third])).rejects.toMatchObject({ code: 'ERR_MULTIPART_ORDER' })
    const second = await send(2, at(2))
    await expect(complete([first, second])).rejects.toMatchObject({ code: 'ERR_MULTIPART_ORDER' })
    await complete([first, second, third])
  })

  test('once the tag was sent there are no more parts: another tag would betray the hash key', async () => {
    const { Key, send, complete } = await begin(withoutChecksums())
    const parts = [await send(1, at(1)), await send(2, at(2))]
    const denied = { kind: 'status', status: 403, code: 'AccessDenied' } as const
    account.aws.s3.faults.add({ operation: 'CompleteMultipartUpload', key: Key, ...denied })
    await expect(complete(parts)).rejects.toMatchObject({ name: 'AccessDenied' })
    await expect(send(3, at(3))).rejects.toMatchObject({ code: 'ERR_MULTIPART_ORDER' })
    await complete(parts)
    expect(await read(Key)).toBe(sha256(content.subarray(0, 10 * MiB)))
  })

  test('parts that were never sent cannot be named', async () => {
    const { Key, send, complete } = await begin(withoutChecksums())
    const parts = [await send(1, at(1)), { ...(await send(2, at(2))), PartNumber: 7 }]
    account.aws.s3.requests.clear()
    await expect(complete(parts)).rejects.toMatchObject({ code: 'ERR_MULTIPART_ORDER' })
    expect(account.aws.s3.requests.entries.filter(({ key }) => key === Key)).toEqual([])
  })

  test('a presigned request is not sent, and nothing is forgotten', async () => {
    const client = withoutChecksums()
    const { Key, upload, send, complete } = await begin(client)
    const parts = [await send(1, at(1, 7))]
    const completion = { ...upload, MultipartUpload: { Parts: parts } }
    await getSignedUrl(client, new AbortMultipartUploadCommand(upload))
    await getSignedUrl(client, new CompleteMultipartUploadCommand(completion))
    await complete(parts)
    expect(await read(Key)).toBe(sha256(content.subarray(0, 7)))
  })

  test('an upload of somebody else is refused, and so is one that was aborted', async () => {
    const client = withoutChecksums()
    const { upload } = await begin(account.client())
    const part = { ...upload, PartNumber: 1, Body: 'x' }
    const unknown = { code: 'ERR_MULTIPART_UNKNOWN_UPLOAD' }
    await expect(client.send(new UploadPartCommand(part))).rejects.toMatchObject(unknown)
    const own = await begin(client)
    await client.send(new AbortMultipartUploadCommand(own.upload))
    await expect(own.send(1, at(1))).rejects.toMatchObject(unknown)
    await expect(own.complete([])).rejects.toMatchObject(unknown)
  })

  test('a presigned URL for a part would take plaintext', async () => {
    const client = account.client()
    const { upload } = await begin(client)
    const part = new UploadPartCommand({ ...upload, PartNumber: 1 })
    await expect(getSignedUrl(client, part)).rejects.toMatchObject({ code: 'ERR_PRESIGN_REFUSED' })
  })

  test('a copied part, a checksum of the plaintext and a part number out of range', async () => {
    const client = account.client()
    const { upload } = await begin(client)
    const copy = { ...upload, PartNumber: 1, CopySource: `${BUCKET}/x` }
    await expect(client.send(new UploadPartCopyCommand(copy))).rejects.toMatchObject({
      code: 'ERR_NOT_SUPPORTED',
    })
    const part = { ...upload, PartNumber: 1, Body: 'x', ContentMD5: 'AAAA' }
    await expect(client.send(new UploadPartCommand(part))).rejects.toMatchObject({
      code: 'ERR_PLAINTEXT_CHECKSUM',
    })
    const zero = { ...upload, PartNumber: 0, Body: 'x' }
    await expect(client.send(new UploadPartCommand(zero))).rejects.toMatchObject({
      code: 'ERR_MULTIPART_ORDER',
    })
  })
})
