// SPDX-License-Identifier: Apache-2.0
import type { UploadState } from '@s3-cse/browser'
import { expect, test } from './fixtures.ts'
import { nodeClient, readDigest } from './node-client.ts'

const MiB = 2 ** 20
const LENGTH = 11 * MiB + 5

test('upload() of a File tells how far it is, and Node.js reads it', async ({
  page,
  object,
  settings,
}) => {
  const { digest, progress } = await page.evaluate(
    async ({ settings, object, length }) => {
      const content = cse.generated(length)
      const progress: unknown[] = []
      await cse
        .client(settings)
        .upload(
          { ...object, Body: new File([content], 'name') },
          { partSize: 5 * 2 ** 20, onProgress: ({ sent, total }) => progress.push([sent, total]) },
        )
      return { digest: await cse.sha256(content), progress }
    },
    { settings, object, length: LENGTH },
  )
  expect(progress).toHaveLength(3)
  expect(progress.at(-1)).toEqual([LENGTH + 16, LENGTH + 16])
  expect(await readDigest(settings, object)).toBe(digest)
})

test('an upload that was interrupted goes on in another page', async ({
  page,
  account,
  object,
  settings,
}) => {
  account.aws.s3.faults.add({
    operation: 'UploadPart',
    key: object.Key,
    partNumber: 2,
    kind: 'status',
    status: 403,
    code: 'AccessDenied',
  })
  const interrupted = await page.evaluate(
    async ({ settings, object, length }) => {
      const file = new File([cse.generated(length)], 'name', { lastModified: 7 })
      let state: unknown
      const failure = await cse.failure(
        cse.client(settings).upload(
          { ...object, Body: file },
          {
            partSize: 5 * 2 ** 20,
            partsInFlight: 1,
            onState: (next) => {
              state = next
            },
          },
        ),
      )
      sessionStorage.setItem('state', JSON.stringify(state))
      return failure
    },
    { settings, object, length: LENGTH },
  )
  expect(interrupted).toBe('ERR_UPLOAD_INTERRUPTED')

  await page.reload()
  await page.waitForFunction(() => 'cse' in globalThis)
  account.aws.s3.requests.clear()
  const digest = await page.evaluate(
    async ({ settings, object, length }) => {
      const content = cse.generated(length)
      const Body = new File([content], 'name', { lastModified: 7 })
      const resume = JSON.parse(sessionStorage.getItem('state') ?? '') as UploadState
      await cse.client(settings).upload({ ...object, Body }, { resume })
      return cse.sha256(content)
    },
    { settings, object, length: LENGTH },
  )
  const parts = account.aws.s3.requests.of('UploadPart').map(({ partNumber }) => partNumber)
  expect(parts).not.toContain(1)
  expect(parts).toContain(2)
  expect(await readDigest(settings, object)).toBe(digest)
})

test('an object is what it is, not what Chromium cached', async ({
  page,
  account,
  object,
  settings,
}) => {
  const client = nodeClient(settings)
  await client.putObject({ ...object, Body: 'old' })
  // Browsers guess how long an answer holds from how long the object has not changed.
  account.aws.s3.age(object.Bucket, object.Key, 365 * 24 * 60 * 60 * 1000)

  const read = () =>
    page.evaluate(
      async ({ settings, object }) => {
        const plain = await new cse.S3Client(settings.s3Config).send(
          new cse.GetObjectCommand(object),
        )
        await plain.Body?.transformToByteArray()
        const { ETag, Body } = await cse.client(settings).getObject(object)
        return { cached: plain.ETag, ETag, text: await Body?.transformToString() }
      },
      { settings, object },
    )
  const before = await read()
  expect(before).toMatchObject({ cached: before.ETag, text: 'old' })
  await client.putObject({ ...object, Body: 'new' })
  client.destroy()
  const after = await read()
  expect(after.text).toBe('new')
  expect(after.ETag).not.toBe(before.ETag)
  // The trap is still there: any other client of the page gets what is gone.
  expect(after.cached).toBe(before.ETag)
})
