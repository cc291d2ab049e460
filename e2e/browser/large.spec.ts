// SPDX-License-Identifier: Apache-2.0
/**
 * A gibibyte through Chromium. Memory must not follow the length. How long the tasks of the page are is
 * measured by `bench/browser`: the debugger that drives this test is what makes them long here.
 *
 * @module
 */

import { createHash } from 'node:crypto'
import { expect, test } from './fixtures.ts'
import { nodeClient } from './node-client.ts'
import { generatedBytes } from './page/generated.ts'
import { memoryNow, peakWhile, type Memory } from './processes.ts'

const MiB = 2 ** 20
const LENGTH = 1024 * MiB + 5
// What parts in flight, their checksums and the browser's own copies of bodies take, and what the garbage
// collector has not found yet: not the content, or even most of it.
const MOST = 700 // MiB

const grown = (before: Memory, after: Memory, kind: string) =>
  (after.get(kind) ?? 0) - (before.get(kind) ?? 0)

test.skip(process.platform !== 'linux', 'memory of processes is read from /proc')

for (const workers of [0, 2]) {
  test(`1 GiB up and down in constant memory, with ${workers} workers`, async ({
    playwright,
    launchOptions,
    served,
    object,
    settings,
  }, testInfo) => {
    test.setTimeout(30 * 60_000)
    // A profile on disk: without one, the browser would keep its files in memory.
    const profile = testInfo.outputPath('profile')
    const context = await playwright.chromium.launchPersistentContext(profile, launchOptions)
    const browser = context.browser()
    if (browser === null) throw new Error('A context without a browser')
    const page = await context.newPage()
    await page.goto(served.url)
    await page.waitForFunction(() => 'cse' in globalThis)
    const before = await memoryNow(browser)

    const uploading = page.evaluate(
      async ({ settings, object, length, workers }) => {
        const pool = workers > 0 ? cse.workerPool({ size: workers }) : undefined
        const Body = cse.generatedSource(length)
        const client = cse.client(settings, pool)
        await client.upload({ ...object, Body }, { onState: () => undefined })
        pool?.close()
      },
      { settings, object, length: LENGTH, workers },
    )
    const uploaded = await peakWhile(browser, uploading)

    await test.step('Node.js reads what was generated', async () => {
      const client = nodeClient(settings)
      const { Body } = await client.getObject(object, { twoPassAuthentication: true })
      const found = createHash('sha256')
      for await (const chunk of Body as AsyncIterable<Uint8Array>) found.update(chunk)
      client.destroy()
      const expected = createHash('sha256')
      for (let at = 0; at < LENGTH; at += 4 * MiB) {
        expected.update(generatedBytes(at, Math.min(at + 4 * MiB, LENGTH)))
      }
      expect(found.digest('hex')).toBe(expected.digest('hex'))
    })

    const downloading = page.evaluate(
      async ({ settings, object, workers }) => {
        const root = await navigator.storage.getDirectory()
        const handle = await root.getFileHandle('large', { create: true })
        const pool = workers > 0 ? cse.workerPool({ size: workers }) : undefined
        await cse.client(settings, pool).download(object, cse.fileSink(handle))
        pool?.close()
        const file = await handle.getFile()
        const result = { size: file.size, difference: await cse.firstDifference(file) }
        await root.removeEntry('large')
        return result
      },
      { settings, object, workers },
    )
    const downloaded = await peakWhile(browser, downloading)
    const down = await downloading
    expect(down).toEqual({ size: LENGTH, difference: -1 })

    for (const kind of ['renderer', 'browser']) {
      const [first, second] = [grown(before, uploaded, kind), grown(before, downloaded, kind)]
      console.log(
        `  ${kind}: ${first.toFixed()} MiB more during the upload, ${second.toFixed()} during the download`,
      )
      expect(first, `${kind}, upload`).toBeLessThan(MOST)
      expect(second, `${kind}, download`).toBeLessThan(MOST)
    }
    await context.close()
  })
}
