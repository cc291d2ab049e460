// SPDX-License-Identifier: Apache-2.0
/**
 * A page as users would build and serve it: by Vite, under a strict Content-Security-Policy.
 *
 * @module
 */

import { createServer, type IncomingMessage, type ServerResponse } from 'node:http'
import { once } from 'node:events'
import { mkdtempSync, readFileSync } from 'node:fs'
import { rm } from 'node:fs/promises'
import type { AddressInfo } from 'node:net'
import { tmpdir } from 'node:os'
import { extname, join } from 'node:path'
import { build } from 'vite'

const CONTENT_SECURITY_POLICY = [
  "default-src 'none'",
  "script-src 'self'",
  "worker-src 'self'",
  'img-src data:',
  "connect-src 'self' http://127.0.0.1:*",
  "base-uri 'none'",
].join('; ')

const types: Readonly<Record<string, string>> = {
  '.html': 'text/html; charset=utf-8',
  '.js': 'text/javascript; charset=utf-8',
}

export interface ServedPage {
  /** With a slash at the end. */
  readonly url: string
  stop(): Promise<void>
}

export interface PageOptions {
  /** Folder with the `index.html`. */
  readonly root: string
  /** Answers what is no file of the page; false if it does not know either. */
  readonly answer?: (request: IncomingMessage, response: ServerResponse) => boolean
}

/** Builds a page and serves it on the loopback interface. */
export async function servePage({ root, answer }: PageOptions): Promise<ServedPage> {
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
  const server = createServer((request, response) => {
    const path = request.url === '/' ? '/index.html' : (request.url ?? '')
    response.setHeader('content-security-policy', CONTENT_SECURITY_POLICY)
    if (answer?.(request, response) === true) return
    try {
      const content = readFileSync(join(outDir, path.replace(/[^\w./-]|\.\./g, '')))
      response.setHeader('content-type', types[extname(path)] ?? 'application/octet-stream')
      response.end(content)
    } catch {
      response.writeHead(404).end()
    }
  })
  await once(server.listen(0, '127.0.0.1'), 'listening')
  const { port } = server.address() as AddressInfo
  return {
    url: `http://127.0.0.1:${port}/`,
    async stop() {
      server.close()
      server.closeAllConnections()
      await rm(outDir, { recursive: true })
    },
  }
}
