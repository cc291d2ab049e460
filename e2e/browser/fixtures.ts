// SPDX-License-Identifier: Apache-2.0
/**
 * What the tests of the browser package begin with: a local AWS, and a page that was built as users would,
 * under a strict security policy.
 *
 * @module
 */

import { randomBytes } from 'node:crypto'
import { fileURLToPath } from 'node:url'
import { test as base } from '@playwright/test'
import { BUCKET, openAccount, type Account } from '../account.ts'
import type { ClientSettings } from './page/main.ts'
import type { ServedFolder } from './serve-folder.ts'
import { servePage } from './serve-page.ts'

interface WorkerFixtures {
  readonly account: Account
  readonly served: ServedFolder
  /** For `cse.client()` in the page, and for a client of Node.js. */
  readonly settings: ClientSettings
}

interface TestFixtures {
  /** An object that no other test uses. */
  readonly object: { readonly Bucket: string; readonly Key: string }
  /** What the page complained about in its console, and what it threw. */
  readonly complaints: string[]
}

export const test = base.extend<TestFixtures, WorkerFixtures>({
  account: [
    // Playwright reads the names of what a fixture needs from this pattern.
    // eslint-disable-next-line no-empty-pattern
    async ({}, use) => {
      const account = await openAccount()
      await use(account)
      await account.stop()
    },
    { scope: 'worker' },
  ],
  served: [
    // eslint-disable-next-line no-empty-pattern
    async ({}, use) => {
      const served = await servePage({ root: fileURLToPath(new URL('page', import.meta.url)) })
      await use(served)
      await served.stop()
    },
    { scope: 'worker' },
  ],
  settings: [
    async ({ account }, use) => {
      await use({ s3Config: account.s3Config, wrappingKey: [...randomBytes(32)] })
    },
    { scope: 'worker' },
  ],
  // eslint-disable-next-line no-empty-pattern
  object: async ({}, use, { testId }) => {
    await use({ Bucket: BUCKET, Key: testId })
  },
  complaints: async ({ page }, use) => {
    const complaints: string[] = []
    page.on('pageerror', (error) => complaints.push(error.message))
    page.on('console', (message) => {
      if (['error', 'warning'].includes(message.type())) complaints.push(message.text())
    })
    await use(complaints)
  },
  page: async ({ page, served }, use) => {
    await page.goto(served.url)
    await page.waitForFunction(() => 'cse' in globalThis)
    await use(page)
  },
})

export { expect } from '@playwright/test'
