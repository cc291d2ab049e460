// SPDX-License-Identifier: Apache-2.0
import { createHash, randomBytes } from 'node:crypto'
import { Readable } from 'node:stream'
import { ListMultipartUploadsCommand } from '@aws-sdk/client-s3'
import { Upload } from '@aws-sdk/lib-storage'
import type { S3EncryptionClient } from '@s3-cse/client'
import { afterEach, describe, expect, test } from 'vitest'
import type { Fault } from '../../../e2e/local-aws/index.ts'
import { BUCKET, bytes, freshKey, useAccount } from './support.ts'

const account = useAccount()
const MiB = 2 ** 20
const content = randomBytes(12 * MiB + 7)
const digest = (data: Uint8Array) => createHash('sha256').update(data).digest('hex')
const expected = digest(content)

afterEach(() => {
  account.aws.s3.faults.clear()
})

/** A client that parts content in three, and gives up soon. */
const client = () =>
  account.client({ partSize: 5 * MiB, partsInFlight: 2, maxAttempts: 2, bufferSize: 2 ** 24 })

function stream(): Readable {
  return Readable.from(
    (function* () {
      for (let at = 0; at < content.length; at += 99_991) yield content.subarray(at, at + 99_991)
    })(),
    { objectMode: false },
  )
}

type Write = (s3: S3EncryptionClient, Key: string, abort: AbortSignal) => Promise<unknown>
const never = new AbortController().signal

/** Every way to write an object of several parts; each makes the same five requests. */
const writers: Record<string, Write> = {
  'PutObject of bytes': (s3, Key, abortSignal) =>
    s3.putObject({ Bucket: BUCKET, Key, Body: content }, { abortSignal }),
  'PutObject of a stream': (s3, Key, abortSignal) =>
    s3.putObject({ Bucket: BUCKET, Key, Body: stream() }, { abortSignal }),
  'upload()': (s3, Key, abortSignal) =>
    s3.upload({ Bucket: BUCKET, Key, Body: new Blob([content]) }, { abortSignal }),
  "the SDK's transfer manager": (s3, Key, signal) => {
    const params = { Bucket: BUCKET, Key, Body: content }
    const upload = new Upload({ client: s3, params, queueSize: 2 })
    const abort = () => void upload.abort()
    signal.addEventListener('abort', abort)
    if (signal.aborted) abort()
    return upload.done()
  },
}
const REQUESTS = ['CreateMultipartUpload', 'UploadPart', 'CompleteMultipartUpload'] as const

/** Nothing is left of an upload, and the object is whole or not there. */
async function settled(Key: string): Promise<'whole' | 'absent'> {
  const uploads = new ListMultipartUploadsCommand({ Bucket: BUCKET, Prefix: Key })
  expect((await account.plain.send(uploads)).Uploads ?? []).toEqual([])
  try {
    const output = await account.client({ bufferSize: 2 ** 24 }).getObject({ Bucket: BUCKET, Key })
    expect(digest(await bytes(output))).toBe(expected)
    return 'whole'
  } catch (error) {
    expect(error).toMatchObject({ name: 'NoSuchKey' })
    return 'absent'
  }
}

type Strike = Partial<Fault> & Pick<Fault, 'kind'>

const strikes: Record<string, Strike> = {
  'a reset before it': { kind: 'reset' },
  'a reset within its body': { kind: 'reset', afterBytes: 100 },
  'a reset instead of its answer': { kind: 'reset', on: 'response' },
  '503 SlowDown': { kind: 'status', status: 503, code: 'SlowDown' },
}

/** Without the answer to the request that creates an upload, nobody can name it; it has no body. */
const strikesAt = (operation: string) =>
  Object.entries(strikes).filter(
    ([, strike]) =>
      operation !== 'CreateMultipartUpload' || !('on' in strike || 'afterBytes' in strike),
  )

describe.each(Object.entries(writers))('%s', (_, write) => {
  describe.each(REQUESTS)('%s', (operation) => {
    test.each(strikesAt(operation))('survives %s', async (_, strike) => {
      const Key = freshKey()
      const fault = account.aws.s3.faults.add({ ...strike, operation, key: Key } as Fault)
      const outcome = await write(client(), Key, never).then(
        () => 'written',
        (error: unknown) => error,
      )
      expect(fault.hits).toBe(1)
      account.aws.s3.faults.clear()
      // S3 may have done what it could not tell: then the repeated request finds no upload any more.
      if (outcome !== 'written') expect(outcome).toMatchObject({ name: 'NoSuchUpload' })
      expect(await settled(Key)).toBe('whole')
    })

    test.each(strikesAt(operation))(
      'gives up cleanly after %s, again and again',
      async (_, strike) => {
        const Key = freshKey()
        account.aws.s3.faults.add({ ...strike, operation, key: Key, times: null } as Fault)
        await expect(write(client(), Key, never)).rejects.toBeInstanceOf(Error)
        account.aws.s3.faults.clear()
        await settled(Key)
      },
    )
  })
})

// The SDK's manager tells an abort before it has cleaned up, and does not clean up at each stage.
describe.each(Object.entries(writers).slice(0, -1))('%s', (_, write) => {
  test('aborted during each of its requests, it leaves nothing', async () => {
    for (let nth = 0; nth < 5; nth++) {
      const Key = freshKey()
      const abort = new AbortController()
      const fault = account.aws.s3.faults.add({ key: Key, skip: nth, kind: 'stall' })
      const writing = write(client(), Key, abort.signal)
      void fault.reached.then(() => {
        abort.abort()
        // The request that creates an upload is waited for: only who knows its id can abort it.
        fault.release()
      })
      await expect(writing).rejects.toMatchObject({ name: 'AbortError' })
      account.aws.s3.faults.clear()
      await settled(Key)
    }
  })

  test('aborted before it begins, it sends nothing', async () => {
    const Key = freshKey()
    account.aws.s3.requests.clear()
    const writing = write(client(), Key, AbortSignal.abort())
    await expect(writing).rejects.toMatchObject({ name: 'AbortError' })
    expect(account.aws.s3.requests.of('UploadPart', 'PutObject')).toEqual([])
    expect(await settled(Key)).toBe('absent')
  })
})

const modes = {
  buffered: {},
  'two-pass': { twoPassAuthentication: true },
  delayed: { delayedAuthentication: true },
} as const

const disturbances: Record<string, Strike> = {
  'a reset within it': { kind: 'reset', on: 'response', afterBytes: 7 * MiB },
  'an early end': { kind: 'truncate', afterBytes: 7 * MiB },
  'an end before the tag': { kind: 'truncate', afterBytes: content.length },
  'a wrong bit': { kind: 'corrupt', offset: 3 * MiB },
  'a wrong bit in the tag': { kind: 'corrupt', offset: content.length + 15 },
}

describe.each(Object.entries(modes))('GetObject, %s', (mode, options) => {
  const passes = mode === 'two-pass' ? [0, 1] : [0]

  test.each(Object.entries(disturbances))('a response with %s', async (_, disturbance) => {
    for (const skip of passes) {
      const Key = freshKey()
      const object = { Bucket: BUCKET, Key }
      await client().putObject({ ...object, Body: content })
      account.aws.s3.faults.add({ ...disturbance, operation: 'GetObject', key: Key, skip } as Fault)
      const released: Uint8Array[] = []
      const reading = async () => {
        const { Body } = await client().getObject(object, options)
        for await (const chunk of Body as Readable) released.push(chunk as Uint8Array)
      }
      await expect(reading()).rejects.toBeInstanceOf(Error)
      const given = Buffer.concat(released)
      if (mode === 'delayed') expect(given.length).toBeLessThan(content.length)
      // What was authenticated may have been given; nothing else.
      else expect(given.equals(content.subarray(0, given.length))).toBe(true)
    }
  })

  test('503s and resets before the response are waited out', async () => {
    for (const skip of passes) {
      for (const kind of [strikes['a reset before it'], strikes['503 SlowDown']]) {
        const Key = freshKey()
        const object = { Bucket: BUCKET, Key }
        await client().putObject({ ...object, Body: content })
        const fault = { ...kind, operation: 'GetObject', key: Key, skip } as Fault
        expect(account.aws.s3.faults.add(fault).hits).toBe(0)
        expect(digest(await bytes(await client().getObject(object, options)))).toBe(expected)
      }
    }
  })

  test('aborted while the response stalls', async () => {
    for (const skip of passes) {
      const Key = freshKey()
      const object = { Bucket: BUCKET, Key }
      await client().putObject({ ...object, Body: content })
      const abort = new AbortController()
      const stall = { kind: 'stall', on: 'response' } as const
      const fault = account.aws.s3.faults.add({ ...stall, operation: 'GetObject', key: Key, skip })
      const reading = client().getObject(object, { ...options, abortSignal: abort.signal })
      void fault.reached.then(() => {
        abort.abort()
      })
      await expect(reading).rejects.toMatchObject({ name: 'AbortError' })
    }
  })
})
