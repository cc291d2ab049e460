// SPDX-License-Identifier: Apache-2.0
/**
 * A page as users would build and serve it: by Vite, under a strict Content-Security-Policy.
 *
 * @module
 */

import { mkdtempSync } from 'node:fs'
import { rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { build } from 'vite'
import { serveFolder, type Answer, type ServedFolder } from './serve-folder.ts'

export interface PageOptions {
  /** Folder with the `index.html`. */
  readonly root: string
  readonly answer?: Answer
}

/** Builds a page and serves it on the loopback interface. */
export async function servePage({ root, answer }: PageOptions): Promise<ServedFolder> {
  const outDir = mkdtempSync(join(tmpdir(), 'page-'))
  await build({
    root,
    configFile: false,
    logLevel: 'warn',
    build: {
      outDir,
      emptyOutDir: true,
      target: 'es2022',
      modulePreload: { polyfill: false },
      assetsInlineLimit: 0,
      chunkSizeWarningLimit: 1000, // kB: the AWS SDK
    },
  })
  const served = await serveFolder(outDir, answer)
  return {
    url: served.url,
    async stop() {
      await served.stop()
      await rm(outDir, { recursive: true })
    },
  }
}
