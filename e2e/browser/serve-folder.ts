// SPDX-License-Identifier: Apache-2.0
/**
 * Files on the loopback interface, under a strict Content-Security-Policy.
 *
 * @module
 */

import { once } from 'node:events'
import { readFileSync } from 'node:fs'
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'
import { extname, join } from 'node:path'

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

export interface ServedFolder {
  /** With a slash at the end. */
  readonly url: string
  stop(): Promise<void>
}

/** Answers what is no file; false if it does not know either. */
export type Answer = (request: IncomingMessage, response: ServerResponse) => boolean

export async function serveFolder(folder: string, answer?: Answer): Promise<ServedFolder> {
  const server = createServer((request, response) => {
    const path = request.url === '/' ? '/index.html' : (request.url ?? '')
    response.setHeader('content-security-policy', CONTENT_SECURITY_POLICY)
    if (answer?.(request, response) === true) return
    try {
      const content = readFileSync(join(folder, path.replace(/[^\w./-]|\.\./g, '')))
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
    stop() {
      server.close()
      server.closeAllConnections()
      return Promise.resolve()
    },
  }
}
