import { fileURLToPath } from 'node:url'
import { defineConfig } from 'vitest/config'

const packages = ['core', 'client', 'browser', 'node', 'deno'] as const

/** Tests meet the sources; what is built from them is met by the demo, the runtimes and the consumers. */
const source = (path: string) => fileURLToPath(new URL(`packages/${path}`, import.meta.url))
const sources = [
  { find: '@s3-cse/core/raw-rsa', replacement: source('core/src/raw-rsa-js.ts') },
  { find: '@s3-cse/client/s3cse', replacement: source('client/src/s3cse/index.ts') },
  ...packages.map((name) => ({
    find: `@s3-cse/${name}`,
    replacement: source(`${name}/src/index.ts`),
  })),
]

export default defineConfig({
  resolve: { alias: sources },
  test: {
    include: ['packages/*/test/**/*.test.ts', 'e2e/**/*.test.ts'],
    testTimeout: 30_000,
    hookTimeout: 30_000,
  },
})
