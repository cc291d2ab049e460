// SPDX-License-Identifier: Apache-2.0
import { createHash, randomBytes } from 'node:crypto'
import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { ListMultipartUploadsCommand } from '@aws-sdk/client-s3'
import { fileSink, fileSource } from '@s3-cse/node'
import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest'
import type { Fault } from '../../../e2e/local-aws/index.ts'
import { BUCKET, freshKey, useAccount } from '../../client/test/support.ts'

const account = useAccount()
const MiB = 2 ** 20
const content = randomBytes(12 * MiB + 7)
const digest = (data: Uint8Array) => createHash('sha256').update(data).digest('hex')
const expected = digest(content)
const RANGES = 3 // requests of a download

const folder = mkdtempSync(join(tmpdir(), 'faults-'))
const file = join(folder, 'file')
const object = { Bucket: BUCKET, Key: freshKey() }

/** A client that parts content in three, and gives up soon. */
const client = () => account.client({ partSize: 5 * MiB, partsInFlight: 2, maxAttempts: 2 })

beforeAll(async () => {
  await client().putObject({ ...object, Body: content })
})
afterEach(() => {
  account.aws.s3.faults.clear()
})
afterAll(() => {
  rmSync(folder, { recursive: true })
})

/** Downloads over a file that is there: it becomes the object, or stays as it was and alone. */
async function download(abortSignal?: AbortSignal): Promise<unknown> {
  writeFileSync(file, 'before')
  const failure: unknown = await client()
    .download(object, fileSink(file), { abortSignal })
    .then(
      () => undefined,
      (error: unknown) => error,
    )
  const found = readFileSync(file)
  if (failure === undefined) expect(digest(found)).toBe(expected)
  else expect(found.toString()).toBe('before')
  expect(readdirSync(folder)).toEqual(['file'])
  return failure
}

type Strike = Partial<Fault> & Pick<Fault, 'kind'>

const passing: Record<string, Strike> = {
  'a reset before it': { kind: 'reset' },
  'a reset before the answer': { kind: 'reset', on: 'response' },
  'a reset within the answer': { kind: 'reset', on: 'response', afterBytes: MiB },
  'a reset before the last byte': { kind: 'reset', on: 'response', afterBytes: 2 * MiB + 22 },
  'an answer that ends early': { kind: 'truncate', afterBytes: MiB },
  '503 SlowDown': { kind: 'status', status: 503, code: 'SlowDown' },
}
const lasting: Record<string, Strike> = {
  'a reset before it': { kind: 'reset' },
  'a reset before the first byte': { kind: 'reset', on: 'response', afterBytes: 0 },
  'an empty answer': { kind: 'truncate', afterBytes: 0 },
  '503 SlowDown': { kind: 'status', status: 503, code: 'SlowDown' },
  '403 AccessDenied': { kind: 'status', status: 403, code: 'AccessDenied' },
  'a wrong bit': { kind: 'corrupt', offset: 5 },
}

describe.each([...Array(RANGES).keys()])('a download whose request %i meets', (skip) => {
  const strikeWith = (strike: Strike, times: number | null) =>
    account.aws.s3.faults.add({
      ...strike,
      operation: 'GetObject',
      key: object.Key,
      skip,
      times,
    } as Fault)

  test.each(Object.entries(passing))('%s, once, succeeds', async (_, strike) => {
    const fault = strikeWith(strike, 1)
    expect(await download()).toBeUndefined()
    expect(fault.hits).toBe(1)
  })

  test.each(Object.entries(lasting))('%s, ever again, changes nothing', async (_, strike) => {
    strikeWith(strike, null)
    expect(await download()).toBeInstanceOf(Error)
  })

  test.each<[string, Strike]>([
    ['before the answer', { kind: 'stall' }],
    ['within the answer', { kind: 'stall', on: 'response', afterBytes: MiB }],
  ])('an abort while it stalls %s, changes nothing', async (_, strike) => {
    const abort = new AbortController()
    const fault = strikeWith(strike, null)
    void fault.reached.then(() => {
      abort.abort()
    })
    expect(await download(abort.signal)).toMatchObject({ name: 'AbortError' })
  })
})

describe('an upload of a file', () => {
  const uploads = async (Prefix: string) => {
    const command = new ListMultipartUploadsCommand({ Bucket: BUCKET, Prefix })
    return (await account.plain.send(command)).Uploads ?? []
  }

  test('aborted during any of its requests, leaves nothing, unless it can be resumed', async () => {
    writeFileSync(file, content)
    for (const resumable of [false, true]) {
      for (let skip = 0; skip < 5; skip++) {
        const target = { Bucket: BUCKET, Key: freshKey() }
        const abort = new AbortController()
        const fault = account.aws.s3.faults.add({ key: target.Key, skip, kind: 'stall' })
        void fault.reached.then(() => {
          abort.abort()
          fault.release()
        })
        const onState = resumable ? () => undefined : undefined
        const failure: unknown = await client()
          .upload({ ...target, Body: fileSource(file) }, { onState, abortSignal: abort.signal })
          .catch((error: unknown) => error)
        expect(failure).toMatchObject(
          resumable ? { cause: { name: 'AbortError' } } : { name: 'AbortError' },
        )
        account.aws.s3.faults.clear()
        // The last request may have been carried out before it was aborted.
        if (resumable && skip < 4) expect(await uploads(target.Key)).toHaveLength(1)
        else expect(await uploads(target.Key)).toEqual([])
      }
    }
  })
})
