// SPDX-License-Identifier: Apache-2.0
/**
 * Gives a runtime what it needs, and takes its results.
 *
 * @module
 */

import { createServer, type ServerResponse } from 'node:http'
import { once } from 'node:events'
import type { AddressInfo } from 'node:net'
import { json } from 'node:stream/consumers'
import type { Done, Result, Settings } from './protocol.ts'

export interface Collector {
  readonly origin: string
  readonly results: readonly Result[]
  /** Resolves when the runtime has run everything; rejects if a page cannot begin. */
  readonly done: Promise<Done>
  stop(): Promise<void>
}

/** What is served at a path. */
export interface Page {
  readonly type: string
  readonly body: string | Uint8Array
  readonly headers?: Readonly<Record<string, string>>
}

/** @param pages - what is served by path, for runtimes that load a page. */
export async function startCollector(
  settings: Settings,
  pages: Readonly<Record<string, Page>>,
): Promise<Collector> {
  const results: Result[] = []
  let finish: (done: Done) => void
  let fail: (reason: Error) => void
  const done = new Promise<Done>((resolve, reject) => {
    finish = resolve
    fail = reject
  })
  const routes: Readonly<Record<string, (input: unknown) => unknown>> = {
    'GET /settings': () => settings,
    'POST /results': (input) => void results.push(...(input as Result[])),
    'POST /failed': (reason) => {
      fail(new Error(String(reason)))
    },
    'POST /done': (input) => {
      finish(input as Done)
    },
  }
  const server = createServer((request, response) => {
    void (async () => {
      const route = routes[`${request.method ?? ''} ${request.url ?? ''}`]
      const page = pages[request.url ?? '']
      if (route !== undefined) {
        const input = request.method === 'POST' ? await json(request) : undefined
        answer(response, 200, 'application/json', JSON.stringify(route(input) ?? {}))
      } else if (page !== undefined) answer(response, 200, page.type, page.body, page.headers)
      else answer(response, 404, 'text/plain', '')
    })()
  })
  // Longer than any area takes: a connection that is closed while it is used again is an error.
  server.keepAliveTimeout = 300_000
  await once(server.listen(0, '127.0.0.1'), 'listening')
  return {
    origin: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    results,
    done,
    async stop() {
      server.closeAllConnections()
      server.close()
      await once(server, 'close')
    },
  }
}

function answer(
  response: ServerResponse,
  status: number,
  type: string,
  body: string | Uint8Array,
  headers: Readonly<Record<string, string>> = {},
) {
  response.writeHead(status, { ...headers, 'content-type': type }).end(body)
}
