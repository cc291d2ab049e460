// SPDX-License-Identifier: Apache-2.0
import { expect, test } from './fixtures.ts'
import { readDigest } from './node-client.ts'

const MiB = 2 ** 20
const LENGTH = 8 * MiB + 5

test('a pool encrypts, decrypts and hashes under a strict security policy', async ({
  page,
  object,
  settings,
  complaints,
}) => {
  const result = await page.evaluate(
    async ({ settings, object, length }) => {
      const pool = cse.workerPool({ size: 2 })
      const client = cse.client(settings, pool)
      const content = cse.generated(length)
      await client.putObject({ ...object, Body: content })
      const sink = cse.memorySink()
      await client.download(object, sink)
      const { Body } = await client.getObject(object, { twoPassAuthentication: true })
      const twice = new Uint8Array((await Body?.transformToByteArray()) ?? [])
      pool.close()
      return Promise.all(
        [content, sink.bytes ?? new Uint8Array(0), twice].map((bytes) => cse.sha256(bytes)),
      )
    },
    { settings, object, length: LENGTH },
  )
  expect(new Set(result).size).toBe(1)
  expect(await readDigest(settings, object)).toBe(result[0])
  expect(page.workers()).toEqual([])
  expect(complaints).toEqual([])
})

test('workers start when they are needed, and are used again', async ({
  page,
  object,
  settings,
}) => {
  const pool = await page.evaluateHandle(() => cse.workerPool({ size: 2 }))
  expect(page.workers()).toHaveLength(0)
  for (let i = 0; i < 3; i++) {
    await page.evaluate(
      ([{ settings, object }, workers]) =>
        cse.client(settings, workers).putObject({ ...object, Body: cse.generated(3_000_000) }),
      [{ settings, object }, pool] as const,
    )
    expect(page.workers()).toHaveLength(2)
  }
  await pool.evaluate((workers) => {
    workers.close()
  })
  expect(await readDigest(settings, object)).toMatch(/^[0-9a-f]{64}$/)
})

test('a pool tells a changed byte', async ({ page, account, object, settings }) => {
  const result = page.evaluate(
    async ({ settings, object, length }) => {
      const workers = cse.workerPool({ size: 2 })
      const client = cse.client(settings, workers)
      await client.putObject({ ...object, Body: cse.generated(length) })
      document.title = 'stored'
      await new Promise((resolve) => {
        addEventListener('click', resolve)
      })
      const failures = [
        await cse.failure(client.getObject(object)),
        await cse.failure(client.download(object, cse.memorySink())),
        await cse.failure(client.getObject(object, { twoPassAuthentication: true })),
      ]
      workers.close()
      return failures
    },
    { settings, object, length: LENGTH },
  )
  await page.waitForFunction(() => document.title === 'stored')
  await account.aws.s3.flipByte(object.Bucket, object.Key, 4_000_000)
  await page.evaluate(() => dispatchEvent(new Event('click')))
  expect(await result).toEqual(Array(3).fill('ERR_DECRYPTION_FAILED'))
})

test('an abort ends the upload and not the pool; closing ends the pool', async ({
  page,
  account,
  object,
  settings,
}) => {
  const result = await page.evaluate(
    async ({ settings, object, length }) => {
      const workers = cse.workerPool({ size: 2 })
      const client = cse.client(settings, workers)
      const content = cse.generated(length)
      const abort = new AbortController()
      const aborted = await cse.failure(
        client.upload(
          { ...object, Body: content },
          {
            partSize: 5 * 2 ** 20,
            abortSignal: abort.signal,
            onProgress: () => {
              abort.abort()
            },
          },
        ),
      )
      await client.putObject({ ...object, Body: content })
      const closing = cse.failure(client.putObject({ ...object, Body: content }))
      workers.close()
      const closed = await closing
      return { aborted, closed, later: await cse.failure(workers.crc32(content)) }
    },
    { settings, object, length: LENGTH },
  )
  expect(result).toEqual({
    aborted: 'AbortError',
    closed: 'ERR_WORKER_FAILED',
    later: 'ERR_WORKER_FAILED',
  })
  expect(await readDigest(settings, object)).toMatch(/^[0-9a-f]{64}$/)
  expect(account.aws.s3.requests.of('AbortMultipartUpload').length).toBeGreaterThan(0)
})

test('a worker that cannot be loaded is an error that says why, and nothing is sent', async ({
  page,
  account,
  object,
  settings,
}) => {
  await page.route('**/worker-*.js', (route) => route.abort())
  account.aws.s3.requests.clear()
  const message = await page.evaluate(
    async ({ settings, object, length }) => {
      const client = cse.client(settings, cse.workerPool({ size: 2 }))
      try {
        await client.putObject({ ...object, Body: cse.generated(length) })
        return 'nothing failed'
      } catch (error) {
        return String(error)
      }
    },
    { settings, object, length: 3_000_000 },
  )
  expect(message).toContain("worker-src 'self'")
  expect(account.aws.s3.requests.of('PutObject')).toEqual([])
})

test('a worker that the browser refuses is one too', async ({ page }) => {
  const failure = await page.evaluate(() => {
    const create = () => new Worker('https://elsewhere.example/worker.js')
    return cse.failure(cse.workerPool({ create }).crc32(cse.generated(9)))
  })
  expect(failure).toBe('ERR_WORKER_FAILED')
})
