// SPDX-License-Identifier: Apache-2.0
/**
 * HTTP servers on the loopback interface.
 *
 * @module
 */

import { once } from 'node:events'
import {
  createServer,
  type IncomingMessage,
  type RequestListener,
  type Server,
  type ServerResponse,
} from 'node:http'
import type { AddressInfo } from 'node:net'
import type { Connection } from './faults.ts'

export interface Listening {
  readonly endpoint: string
  close(): Promise<void>
}

/**
 * A server without any timeout: a stalled exchange stays stalled until a test releases it, and an
 * idle connection is never closed under a client that is just about to reuse it.
 */
export function loopbackServer(listener: RequestListener): Server {
  const server = createServer({ maxHeaderSize: 1 << 18, keepAliveTimeout: 0, requestTimeout: 0 })
  server.on('request', listener)
  // Answered by the listener: the body is asked for once the request has been let in.
  server.on('checkContinue', listener)
  return server
}

export async function listen(server: Server, port: number): Promise<Listening> {
  server.listen(port, '127.0.0.1')
  await once(server, 'listening')
  const { port: actual } = server.address() as AddressInfo
  return {
    endpoint: `http://127.0.0.1:${actual}`,
    async close() {
      const closed = once(server, 'close')
      server.close()
      server.closeAllConnections()
      await closed
    },
  }
}

/** Repeated headers are one header whose values are joined, as AWS sees and signs them. */
export function headersOf({ headersDistinct }: IncomingMessage): Record<string, string> {
  return Object.fromEntries(
    Object.entries(headersDistinct).map(([name, values = []]) => [name, values.join(',')]),
  )
}

export function connectionOf({ socket }: IncomingMessage, response: ServerResponse): Connection {
  return {
    reset: () => socket.resetAndDestroy(),
    end: () => new Promise((resolve) => socket.end(resolve)),
    gone: new Promise((resolve) => response.once('close', resolve)),
  }
}
