// SPDX-License-Identifier: Apache-2.0
import { readFile } from 'node:fs/promises'
import { expect, test } from './fixtures.ts'
import { nodeClient } from './node-client.ts'

const MiB = 2 ** 20
const LENGTH = 8 * MiB + 5

test('a file of OPFS shows the content once it is complete', async ({
  page,
  object,
  settings,
  complaints,
}) => {
  const result = await page.evaluate(
    async ({ settings, object, length }) => {
      const client = cse.client(settings)
      const content = cse.generated(length)
      await client.putObject({ ...object, Body: content })
      const root = await navigator.storage.getDirectory()
      const handle = await root.getFileHandle('complete', { create: true })
      const sizes: number[] = []
      const onProgress = async () => {
        sizes.push((await handle.getFile()).size)
      }
      await client.download(object, cse.fileSink(handle), {
        onProgress: () => void onProgress(),
      })
      const file = await handle.getFile()
      const digests = [await cse.sha256(content), await cse.sha256(await file.arrayBuffer())]
      return { sizes: sizes.slice(0, -1), digests, size: file.size }
    },
    { settings, object, length: LENGTH },
  )
  expect(result.size).toBe(LENGTH)
  expect(result.digests[1]).toBe(result.digests[0])
  expect(result.sizes.filter((size) => size !== 0)).toEqual([])
  expect(complaints).toEqual([])
})

test('one that failed leaves the file as it was, and no other', async ({
  page,
  account,
  object,
  settings,
}) => {
  const client = nodeClient(settings)
  await client.putObject({ ...object, Body: new Uint8Array(LENGTH) })
  client.destroy()
  await account.aws.s3.flipByte(object.Bucket, object.Key, LENGTH - 1)
  const result = await page.evaluate(
    async ({ settings, object }) => {
      const root = await navigator.storage.getDirectory()
      const folder = await root.getDirectoryHandle('failed', { create: true })
      const handle = await folder.getFileHandle('file', { create: true })
      const before = await handle.createWritable()
      await before.write('as it was')
      await before.close()
      const failure = await cse.failure(cse.client(settings).download(object, cse.fileSink(handle)))
      const names: string[] = []
      for await (const name of folder.keys()) names.push(name)
      return { failure, names, text: await (await handle.getFile()).text() }
    },
    { settings, object },
  )
  expect(result).toEqual({ failure: 'ERR_DECRYPTION_FAILED', names: ['file'], text: 'as it was' })
})

test('an aborted one too', async ({ page, account, object, settings }) => {
  const client = nodeClient(settings)
  await client.putObject({ ...object, Body: new Uint8Array(LENGTH) })
  client.destroy()
  const fault = account.aws.s3.faults.add({
    operation: 'GetObject',
    key: object.Key,
    skip: 1,
    kind: 'stall',
    on: 'response',
    afterBytes: MiB,
  })
  const ended = page.evaluate(
    async ({ settings, object }) => {
      const root = await navigator.storage.getDirectory()
      const handle = await root.getFileHandle('aborted', { create: true })
      const abort = new AbortController()
      addEventListener('click', () => {
        abort.abort()
      })
      const failure = await cse.failure(
        cse.client(settings).download(object, cse.fileSink(handle), { abortSignal: abort.signal }),
      )
      return { failure, size: (await handle.getFile()).size }
    },
    { settings, object },
  )
  await fault.reached
  await page.evaluate(() => dispatchEvent(new Event('click')))
  expect(await ended).toEqual({ failure: 'AbortError', size: 0 })
  fault.release()
})

test('saveAs() hands bytes to the browser as a file', async ({ page }) => {
  const started = page.waitForEvent('download')
  await page.evaluate(() => {
    cse.saveAs(cse.generated(100_000), 'Übersicht.bin')
  })
  const download = await started
  expect(download.suggestedFilename()).toBe('Übersicht.bin')
  expect(await readFile(await download.path())).toHaveLength(100_000)
})
