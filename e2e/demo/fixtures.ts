// SPDX-License-Identifier: Apache-2.0
/**
 * What every story begins with: a local AWS and the page's server, for all tests of a worker.
 *
 * @module
 */

import { test as base } from '@playwright/test'
import { serveDemo, type ServedDemo } from '../../demo/serve.ts'
import { startLocalAws, type LocalAws, type LocalAwsOptions } from '../local-aws/index.ts'
import { DemoPage } from './demo-page.ts'

interface WorkerFixtures {
  readonly localAws: LocalAwsOptions
  readonly aws: LocalAws
  readonly server: ServedDemo
}

interface TestFixtures {
  /** The page, opened and connected to the local AWS. */
  readonly demo: DemoPage
  /** What the page complained about in its console, and what it threw. */
  readonly complaints: string[]
}

export const test = base.extend<TestFixtures, WorkerFixtures>({
  localAws: [{}, { scope: 'worker', option: true }],
  aws: [
    async ({ localAws }, use) => {
      const aws = await startLocalAws(localAws)
      await use(aws)
      await aws.stop()
    },
    { scope: 'worker' },
  ],
  server: [
    async ({ aws }, use) => {
      const server = await serveDemo({ aws })
      await use(server)
      await server.stop()
    },
    { scope: 'worker' },
  ],
  complaints: async ({ page }, use) => {
    const complaints: string[] = []
    page.on('pageerror', (error) => complaints.push(error.message))
    page.on('console', (message) => {
      if (message.type() === 'error' || message.type() === 'warning')
        complaints.push(message.text())
    })
    await use(complaints)
  },
  demo: async ({ page, server }, use) => {
    const demo = new DemoPage(page, server.url)
    await demo.open()
    await use(demo)
  },
})

export { expect } from '@playwright/test'
