// SPDX-License-Identifier: Apache-2.0
import { fileURLToPath } from 'node:url'
import { defineConfig, type UserConfig } from 'vite'
import { localAwsPlugin } from './local-aws-plugin.ts'

const here = (path: string): string => fileURLToPath(new URL(path, import.meta.url))

/** Everything but the local AWS. */
export const pageConfig: UserConfig = {
  root: here('.'),
  cacheDir: here('../node_modules/.vite/demo'),
  server: { host: '127.0.0.1' },
  preview: { host: '127.0.0.1' },
  resolve: { dedupe: ['@aws-sdk/client-kms', '@aws-sdk/client-s3'] },
  build: {
    target: 'es2022',
    // Content-Security-Policy allows neither inline scripts nor data URLs.
    modulePreload: { polyfill: false },
    assetsInlineLimit: 0,
    chunkSizeWarningLimit: 600, // kB: the AWS SDK
  },
}

export default defineConfig({ ...pageConfig, plugins: [localAwsPlugin()] })
