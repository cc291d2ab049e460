// SPDX-License-Identifier: Apache-2.0
/**
 * This library behind the interface of AWS's cross-language test server, so that the tests that the
 * clients of other languages share can be pointed at it.
 * Model: aws/amazon-s3-encryption-client-python, test-server/model (restJson1).
 *
 * @module
 */

import { createServer, type IncomingMessage, type ServerResponse } from 'node:http'
import { buffer } from 'node:stream/consumers'
import { listen, type Listening } from '../local-aws/http.ts'
import { errorReply, GenericServerError, type Reply } from './errors.ts'
import { operations, type Call, type Clients, type Operation } from './operations.ts'

export interface ConformanceServerOptions {
  /** @defaultValue any */
  readonly port?: number | undefined
}

/** Starts one on the loopback interface. */
export function startConformanceServer({
  port = 0,
}: ConformanceServerOptions = {}): Promise<Listening> {
  const clients: Clients = new Map()
  const server = createServer((request, response) => {
    void answer(request, clients).then((reply) => {
      send(response, reply)
    })
  })
  return listen(server, port)
}

async function answer(request: IncomingMessage, clients: Clients): Promise<Reply> {
  try {
    const { operation, bucket, key } = route(request)
    const call: Call = {
      clients,
      bucket,
      key,
      header: (name) => request.headersDistinct[name]?.join(','),
      body: await buffer(request),
    }
    return await operation(call)
  } catch (error) {
    return errorReply(error)
  }
}

function route({ method = '', url = '' }: IncomingMessage): {
  operation: Operation
  bucket: string
  key: string
} {
  const { pathname } = new URL(url, 'http://localhost')
  for (const [verb, path, operation] of operations) {
    const labels = path.exec(pathname)?.slice(1).map(decodeURIComponent)
    if (verb === method && labels !== undefined) {
      const [bucket = '', key = ''] = labels
      return { operation, bucket, key }
    }
  }
  throw new GenericServerError(404, `No operation ${method} ${pathname}.`)
}

function send(response: ServerResponse, { status, headers, body }: Reply): void {
  response.writeHead(status, headers)
  response.end(body)
}
