// SPDX-License-Identifier: Apache-2.0
import { fileURLToPath } from 'node:url'
import { expect, test } from '@playwright/test'
import { goldenChecks } from '../../conformance/golden.ts'
import { servePage } from '../browser/serve-page.ts'

test('a page reads what clients of other languages wrote', async ({ page }) => {
  const served = await servePage({ root: fileURLToPath(new URL('page', import.meta.url)) })
  try {
    await page.goto(served.url)
    await page.waitForFunction(() => 'readGoldenObjects' in globalThis)
    const result = await page.evaluate(() => readGoldenObjects())
    expect(result).toEqual({ checks: goldenChecks.length, failures: [] })
  } finally {
    await served.stop()
  }
})
