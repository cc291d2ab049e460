// SPDX-License-Identifier: Apache-2.0
import { defineConfig, devices } from '@playwright/test'

interface ChromiumScript {
  readonly findChromium: () => Promise<string>
}

const script = new URL('scripts/chromium.mjs', import.meta.url).href
const { findChromium } = (await import(script)) as ChromiumScript

export default defineConfig({
  testDir: 'e2e',
  testMatch: '**/*.spec.ts', // *.test.ts are Vitest's
  outputDir: 'test-results',
  forbidOnly: process.env['CI'] !== undefined,
  retries: 0,
  expect: { timeout: 20_000 },
  workers: 1,
  reporter: 'list',
  use: {
    ...devices['Desktop Chrome'],
    launchOptions: {
      executablePath: await findChromium(),
      args: [
        '--no-sandbox',
        '--disable-gpu',
        '--disable-background-networking',
        '--disable-component-update',
        '--disable-sync',
        '--no-first-run',
      ],
    },
    trace: 'retain-on-failure',
  },
  projects: [
    { name: 'chromium', testIgnore: '**/large.spec.ts' },
    // Minutes, and gigabytes of disk: npm run test:large
    { name: 'large', testMatch: '**/large.spec.ts' },
  ],
})
