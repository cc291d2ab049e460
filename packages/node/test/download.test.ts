import { createHash, randomBytes } from 'node:crypto'
import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileSink, fileSource, memorySink, streamSink } from '@s3-cse/node'
import { afterAll, afterEach, describe, expect, test } from 'vitest'
import { BUCKET, freshKey, readsAll, useAccount } from '../../client/test/support.ts'
import { openFilesIn } from './open-files.ts'

const account = useAccount()
const MiB = 2 ** 20
const small = { partSize: 5 * MiB }
const content = randomBytes(23 * MiB + 7)
const sha256 = (data: Uint8Array) => createHash('sha256').update(data).digest('hex')

const folder = mkdtempSync(join(tmpdir(), 'download-'))
const file = join(folder, 'file')
afterAll(() => {
  rmSync(folder, { recursive: true })
})
afterEach(() => {
  account.aws.s3.faults.clear()
  rmSync(file, { force: true })
  // Whatever happened, nothing temporary is left, and nothing open.
  expect(readdirSync(folder)).toEqual([])
  expect(openFilesIn(folder)).toEqual([])
})

async function put(Body: Uint8Array = content, options = {}) {
  const object = { Bucket: BUCKET, Key: freshKey() }
  await account.client({ ...small, ...options }).putObject({ ...object, Body })
  return object
}

const ofPart = { operation: 'GetObject', skip: 2 } as const

describe('a download', () => {
  test.each([0, 1, 16, 5 * MiB - 17, 5 * MiB - 16, 5 * MiB - 1, 5 * MiB, 5 * MiB + 1, 10 * MiB])(
    'of %i bytes is the content',
    async (size) => {
      const object = await put(content.subarray(0, size))
      const output = await account.client(small).download(object, fileSink(file))
      expect(output.ContentLength).toBe(size)
      expect(sha256(readFileSync(file))).toBe(sha256(content.subarray(0, size)))
    },
  )

  test('is made of ranges pinned to one object, and tells how far it is', async () => {
    const object = await put()
    account.aws.s3.requests.clear()
    const seen: number[] = []
    const onProgress = ({ received }: { received: number }) => seen.push(received)
    const output = await account.client(small).download(object, fileSink(file), { onProgress })
    const requests = account.aws.s3.requests.of('GetObject')
    expect(requests).toHaveLength(5)
    const pins = requests.slice(1).map(({ headers }) => headers['if-match'])
    expect(new Set(pins)).toEqual(new Set([output.ETag]))
    expect(seen.at(-1)).toBe(content.length + 16)
    expect(seen).toEqual([...seen].sort((a, b) => a - b))
    expect(sha256(readFileSync(file))).toBe(sha256(content))
  })

  test('goes to memory, and to a stream by name of the danger', async () => {
    const object = await put()
    const memory = memorySink()
    await account.client(small).download(object, memory)
    expect(sha256(memory.bytes ?? new Uint8Array(0))).toBe(sha256(content))

    const { readable, writable } = new TransformStream<Uint8Array, Uint8Array>()
    const read = new Response(readable).arrayBuffer()
    const sink = streamSink(writable, { delayedAuthentication: true })
    await account.client(small).download(object, sink)
    expect(sha256(new Uint8Array(await read))).toBe(sha256(content))
  })

  test.each([
    ['GCM', { commitmentPolicy: 'FORBID_ENCRYPT_ALLOW_DECRYPT' }],
    [
      'CBC',
      {
        commitmentPolicy: 'FORBID_ENCRYPT_ALLOW_DECRYPT',
        algorithmSuite: 'ALG_AES_256_CBC_IV16_NO_KDF',
        writeLegacyCbc: true,
      },
    ],
  ] as const)('of %s content', async (_, options) => {
    const object = await put(content, options)
    await account.client({ ...small, ...readsAll }).download(object, fileSink(file))
    expect(sha256(readFileSync(file))).toBe(sha256(content))
  })

  test('takes up a range where it broke', async () => {
    const object = await put()
    const broken = { ...ofPart, key: object.Key, on: 'response', afterBytes: 2 * MiB } as const
    const fault = account.aws.s3.faults.add({ ...broken, kind: 'reset' })
    account.aws.s3.requests.clear()
    await account.client(small).download(object, fileSink(file))
    expect(fault.hits).toBe(1)
    const starts = account.aws.s3.requests.of('GetObject').map(({ headers }) => headers['range'])
    expect(starts).toHaveLength(6)
    expect(sha256(readFileSync(file))).toBe(sha256(content))
  })
})

describe('when it fails, the file is what it was', () => {
  const fails = async (object: { Bucket: string; Key: string }, options = {}) => {
    writeFileSync(file, 'before')
    const error: unknown = await account
      .client(small)
      .download(object, fileSink(file), options)
      .then(
        () => 'nothing failed',
        (reason: unknown) => reason,
      )
    expect(readFileSync(file, 'utf8')).toBe('before')
    return error
  }

  test.each([0, 12_345_678, content.length + 15])('a bit flipped at %i', async (offset) => {
    const object = await put()
    await account.aws.s3.flipByte(BUCKET, object.Key, offset)
    expect(await fails(object)).toMatchObject({ code: 'ERR_DECRYPTION_FAILED' })
  })

  test('a stream sink fails too, without waiting for what will never come', async () => {
    const object = await put()
    const denied = { kind: 'status', status: 403, code: 'AccessDenied' } as const
    account.aws.s3.faults.add({ operation: 'GetObject', key: object.Key, skip: 1, ...denied })
    let aborted = false
    const stream = new WritableStream<Uint8Array>({
      abort() {
        aborted = true
      },
    })
    const sink = streamSink(stream, { delayedAuthentication: true })
    await expect(account.client(small).download(object, sink)).rejects.toMatchObject({
      name: 'AccessDenied',
    })
    expect(aborted).toBe(true)
  })

  test('a response altered on its way', async () => {
    const object = await put()
    account.aws.s3.faults.add({ ...ofPart, key: object.Key, kind: 'corrupt', offset: 99 })
    expect(await fails(object)).toMatchObject({ code: 'ERR_DECRYPTION_FAILED' })
  })

  test('an object replaced meanwhile', async () => {
    const object = await put()
    const run = async () => {
      await account.client(small).putObject({ ...object, Body: content })
    }
    account.aws.s3.faults.add({ ...ofPart, key: object.Key, kind: 'replace', run })
    expect(await fails(object)).toMatchObject({ code: 'ERR_OBJECT_CHANGED' })
  })

  test('another ETag', async () => {
    const object = await put()
    account.aws.s3.faults.add({ ...ofPart, key: object.Key, kind: 'wrong-etag' })
    expect(await fails(object)).toMatchObject({ code: 'ERR_OBJECT_CHANGED' })
  })

  test('an abort while a response stalls', async () => {
    const object = await put()
    const abort = new AbortController()
    const stalled = { ...ofPart, key: object.Key, on: 'response', afterBytes: MiB } as const
    const fault = account.aws.s3.faults.add({ ...stalled, kind: 'stall', times: null })
    void fault.reached.then(() => {
      abort.abort()
    })
    expect(await fails(object, { abortSignal: abort.signal })).toMatchObject({ name: 'AbortError' })
  })

  test.each([0, 1])(
    'a range that fails while the response to request %i stalls',
    async (stalled) => {
      const object = await put()
      const ranges = { operation: 'GetObject', key: object.Key } as const
      const stall = { on: 'response', afterBytes: MiB, kind: 'stall' } as const
      account.aws.s3.faults.add({ ...ranges, ...stall, skip: stalled })
      const denied = { kind: 'status', status: 403, code: 'AccessDenied' } as const
      account.aws.s3.faults.add({ ...ranges, ...denied, skip: 2 })
      expect(await fails(object, { partsInFlight: 3 })).toMatchObject({
        name: 'AccessDenied',
      })
    },
  )

  test('responses that always break', async () => {
    const object = await put()
    const broken = { ...ofPart, key: object.Key, on: 'response', times: null } as const
    account.aws.s3.faults.add({ ...broken, kind: 'reset', afterBytes: 0 })
    expect(await fails(object)).toBeInstanceOf(Error)
  })

  test('an object that is not encrypted, or empty, or not there', async () => {
    for (const body of ['plain', '']) {
      const Key = freshKey()
      await account.store(Key, Buffer.from(body), {})
      expect(await fails({ Bucket: BUCKET, Key })).toMatchObject({ code: 'ERR_ENVELOPE_MISSING' })
    }
    const missing = { Bucket: BUCKET, Key: 'missing' }
    expect(await fails(missing)).toMatchObject({ name: 'NoSuchKey' })
  })
})

test('a stream sink must be asked for by name of the danger', () => {
  expect(() => streamSink(new WritableStream(), { delayedAuthentication: false })).toThrow(
    expect.objectContaining({ code: 'ERR_CONFIGURATION' }),
  )
})

test('a file goes up from its path', async () => {
  writeFileSync(file, content)
  const object = { Bucket: BUCKET, Key: freshKey() }
  await account.client(small).upload({ ...object, Body: fileSource(file) })
  const memory = memorySink()
  await account.client(small).download(object, memory)
  expect(sha256(memory.bytes ?? new Uint8Array(0))).toBe(sha256(content))
})
