import { fileURLToPath } from 'node:url'
import { defineConfig } from 'vitest/config'

const packages = ['core', 'client', 'browser', 'node', 'deno'] as const

/** Tests meet the sources; what is built from them is met by the demo, the runtimes and the consumers. */
const sources = Object.fromEntries(
  packages.map((name) => [
    `@s3-cse/${name}`,
    fileURLToPath(new URL(`packages/${name}/src/index.ts`, import.meta.url)),
  ]),
)

export default defineConfig({
  resolve: { alias: sources },
  test: {
    include: ['packages/*/test/**/*.test.ts', 'e2e/**/*.test.ts'],
    testTimeout: 30_000,
    hookTimeout: 30_000,
  },
})
