import { createHash, randomBytes } from 'node:crypto'
import { mkdtempSync, rmSync, utimesSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { Readable } from 'node:stream'
import { AbortMultipartUploadCommand, ListMultipartUploadsCommand } from '@aws-sdk/client-s3'
import {
  fileSource,
  memorySink,
  UploadInterruptedError,
  type UploadInput,
  type UploadProgress,
  type UploadState,
} from '@s3-cse/node'
import { afterAll, afterEach, beforeEach, describe, expect, test } from 'vitest'
import { BUCKET, freshKey, useAccount } from '../../client/test/support.ts'
import { openFilesIn } from './open-files.ts'

const account = useAccount()
const MiB = 2 ** 20
const small = { partSize: 5 * MiB, partsInFlight: 2 }
const content = randomBytes(23 * MiB + 7)
const sha256 = (data: Uint8Array) => createHash('sha256').update(data).digest('hex')

const folder = mkdtempSync(join(tmpdir(), 'upload-'))
const file = join(folder, 'file')
const time = new Date('2026-01-01')
const writeSource = (data: Uint8Array) => {
  writeFileSync(file, data)
  utimesSync(file, time, time)
}
beforeEach(() => {
  writeSource(content)
})
afterEach(() => {
  account.aws.s3.faults.clear()
  expect(openFilesIn(folder)).toEqual([])
})
afterAll(() => {
  rmSync(folder, { recursive: true })
})

const fresh = () => ({ Bucket: BUCKET, Key: freshKey() })
const read = async (object: { Bucket: string; Key: string }) => {
  const memory = memorySink()
  await account.client().download(object, memory)
  return sha256(memory.bytes ?? new Uint8Array(0))
}

test('a file and a stream go up, with progress', async () => {
  const bodies = [
    [fileSource(file), content.length + 16],
    [Readable.from([content]), undefined],
  ] as const
  for (const [Body, total] of bodies) {
    const object = fresh()
    const seen: UploadProgress[] = []
    const onProgress = (progress: UploadProgress) => seen.push(progress)
    await account.client(small).upload({ ...object, Body } as UploadInput, { onProgress })
    expect(seen.map(({ partNumber }) => partNumber).sort()).toEqual([1, 2, 3, 4, 5])
    expect(seen.at(-1)).toMatchObject({ sent: content.length + 16, total })
    expect(await read(object)).toBe(sha256(content))
  }
})

describe('an upload that can be resumed', () => {
  /** Sends until part 4, which S3 refuses; gives the state of the error, and those before. */
  async function interrupted(object: { Bucket: string; Key: string }, policy = {}) {
    const fault = account.aws.s3.faults.add({
      operation: 'UploadPart',
      key: object.Key,
      partNumber: 4,
      times: null,
      kind: 'status',
      status: 403,
      code: 'AccessDenied',
    })
    const states: UploadState[] = []
    const onState = (state: UploadState) => void states.push(state)
    const error: unknown = await account
      .client({ ...small, ...policy })
      .upload({ ...object, Body: fileSource(file) }, { onState })
      .catch((reason: unknown) => reason)
    fault.remove()
    expect(error).toBeInstanceOf(UploadInterruptedError)
    expect(error).toMatchObject({ code: 'ERR_UPLOAD_INTERRUPTED', cause: { name: 'AccessDenied' } })
    expect(states.length).toBeGreaterThanOrEqual(4)
    const stored = (value: UploadState) => JSON.parse(JSON.stringify(value)) as UploadState
    return { state: stored((error as UploadInterruptedError).state), states: states.map(stored) }
  }

  test('is finished by another client from JSON, without the parts that are there', async () => {
    const object = fresh()
    const { state: resume } = await interrupted(object)
    expect(resume.parts.length).toBeGreaterThanOrEqual(2)
    account.aws.s3.requests.clear()
    const input = { ...object, Body: fileSource(file) }
    await account.client(small).upload(input, { resume })
    const sent = account.aws.s3.requests.of('UploadPart').map(({ partNumber }) => partNumber)
    const kept = resume.parts.map(({ PartNumber }) => PartNumber)
    expect([...sent, ...kept].sort()).toEqual([1, 2, 3, 4, 5])
    expect(await read(object)).toBe(sha256(content))
  })

  test('whose parts S3 lost sends them again', async () => {
    const object = fresh()
    const { state: resume } = await interrupted(object)
    const parts = resume.parts.map((part) => ({ ...part, ETag: '"lost"' }))
    account.aws.s3.requests.clear()
    const input = { ...object, Body: fileSource(file) }
    await account.client(small).upload(input, { resume: { ...resume, parts } })
    expect(account.aws.s3.requests.of('UploadPart')).toHaveLength(5)
    expect(await read(object)).toBe(sha256(content))
  })

  test('keeps its data key, its plaintext and its shares to itself', async () => {
    const { state: resume } = await interrupted(fresh())
    const members = Object.keys(resume).sort()
    expect(members).toEqual([
      'bucket',
      'fingerprint',
      'key',
      'length',
      'metadata',
      'partSize',
      'parts',
      'sealed',
      'storage',
      'uploadId',
      'version',
    ])
    expect(Object.keys(resume.metadata).every((name) => name.startsWith('x-amz-'))).toBe(true)
  })

  test.each<[string, () => void]>([
    [
      'shorter',
      () => {
        writeSource(content.subarray(1))
      },
    ],
    [
      'of another time',
      () => {
        utimesSync(file, time, new Date())
      },
    ],
  ])('refuses a source that is %s', async (_, change) => {
    const object = fresh()
    const { state: resume } = await interrupted(object)
    change()
    const input = { ...object, Body: fileSource(file) }
    await expect(account.client(small).upload(input, { resume })).rejects.toMatchObject({
      code: 'ERR_SOURCE_CHANGED',
    })
  })

  test('refuses other content for a part that has left, before it leaves', async () => {
    const object = fresh()
    const { state: resume } = await interrupted(object)
    const other = Buffer.from(content)
    other.writeUInt8((other[16 * MiB] ?? 0) ^ 1, 16 * MiB) // in part 4, which was begun
    writeSource(other)
    const source = await fileSource(file).open()
    await source.close()
    expect([source.size, source.fingerprint]).toEqual([resume.length, resume.fingerprint])
    account.aws.s3.requests.clear()
    const input = { ...object, Body: fileSource(file) }
    await expect(account.client(small).upload(input, { resume })).rejects.toMatchObject({
      code: 'ERR_SOURCE_CHANGED',
    })
    const sent = account.aws.s3.requests.of('UploadPart').map(({ partNumber }) => partNumber)
    expect(sent).not.toContain(4)
  })

  test.each<[string, (state: UploadState) => UploadState]>([
    ['another part size', (state) => ({ ...state, partSize: 6 * MiB })],
    ['another upload', (state) => ({ ...state, uploadId: 'x' })],
    ['another seal', (state) => ({ ...state, sealed: `AAAA${state.sealed.slice(4)}` })],
    ['no seal', (state) => ({ ...state, sealed: '' })],
    ['another object', (state) => ({ ...state, key: 'x' })],
    // The IV of the seal: its key stream would be used again, for content.
    [
      'another IV',
      (state) => ({
        ...state,
        metadata: { ...state.metadata, 'x-amz-iv': state.sealed.slice(0, 16) },
      }),
    ],
  ])('refuses a state with %s', async (_, alter) => {
    const object = fresh()
    const policy = { commitmentPolicy: 'FORBID_ENCRYPT_ALLOW_DECRYPT' } as const
    const resume = alter((await interrupted(object, policy)).state)
    const input = { ...object, Body: fileSource(file) }
    await expect(account.client(small).upload(input, { resume })).rejects.toMatchObject({
      code: 'ERR_UPLOAD_STATE',
    })
  })

  test('refuses a state that is not the newest: parts that it does not know have left', async () => {
    const object = fresh()
    const [first] = (await interrupted(object)).states
    const input = { ...object, Body: fileSource(file) }
    await expect(account.client(small).upload(input, { resume: first })).rejects.toMatchObject({
      code: 'ERR_UPLOAD_STATE',
    })
  })

  test('tells its states one after the other, each with all that the one before knew', async () => {
    const told: string[] = []
    const onState = async () => {
      told.push('begins')
      await new Promise((resolve) => setTimeout(resolve, 50))
      told.push('ends')
    }
    await account
      .client({ ...small, partsInFlight: 4 })
      .upload({ ...fresh(), Body: fileSource(file) }, { onState })
    expect(told).toEqual(Array.from({ length: 5 }, () => ['begins', 'ends']).flat())
  })

  test('is interrupted by an abort', async () => {
    const object = fresh()
    const abort = new AbortController()
    const stalled = {
      operation: 'UploadPart',
      key: object.Key,
      kind: 'stall',
      times: null,
    } as const
    const fault = account.aws.s3.faults.add(stalled)
    void fault.reached.then(() => {
      abort.abort()
    })
    const error: unknown = await account
      .client(small)
      .upload(
        { ...object, Body: fileSource(file) },
        { onState: () => undefined, abortSignal: abort.signal },
      )
      .catch((reason: unknown) => reason)
    expect(error).toMatchObject({ cause: { name: 'AbortError' } })
    fault.release()
    account.aws.s3.faults.clear()
    const { state: resume } = error as UploadInterruptedError
    await account.client(small).upload({ ...object, Body: fileSource(file) }, { resume })
    expect(await read(object)).toBe(sha256(content))
  })

  test('is not for streams', async () => {
    const input = { ...fresh(), Body: Readable.from([content]) }
    const options = { onState: () => undefined }
    await expect(account.client().upload(input, options)).rejects.toMatchObject({
      code: 'ERR_NOT_SUPPORTED',
    })
  })

  test('that nobody resumes is aborted with a plain command', async () => {
    const object = fresh()
    const { uploadId } = (await interrupted(object)).state
    const target = { ...object, UploadId: uploadId }
    await account.client().send(new AbortMultipartUploadCommand(target))
    const left = await account.plain.send(new ListMultipartUploadsCommand({ Bucket: BUCKET }))
    expect(left.Uploads?.some(({ UploadId }) => UploadId === uploadId) ?? false).toBe(false)
  })
})

test('without the options to resume, a failure leaves nothing behind', async () => {
  const object = fresh()
  account.aws.s3.faults.add({
    operation: 'UploadPart',
    key: object.Key,
    times: null,
    kind: 'status',
    status: 403,
    code: 'AccessDenied',
  })
  const before = await account.plain.send(new ListMultipartUploadsCommand({ Bucket: BUCKET }))
  const input = { ...object, Body: fileSource(file) }
  await expect(account.client(small).upload(input)).rejects.toMatchObject({ name: 'AccessDenied' })
  const after = await account.plain.send(new ListMultipartUploadsCommand({ Bucket: BUCKET }))
  expect(after.Uploads?.length ?? 0).toBe(before.Uploads?.length ?? 0)
})
