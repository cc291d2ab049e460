// SPDX-License-Identifier: Apache-2.0
/**
 * One exchange with a client of S3: let in, carried out, answered, and written down.
 *
 * @module
 */

import { randomBytes } from 'node:crypto'
import type { IncomingMessage, RequestListener, ServerResponse } from 'node:http'
import { Readable } from 'node:stream'
import { pipeline } from 'node:stream/promises'
import { AwsError, Dropped } from '../aws-error.ts'
import { control, CONTROL_PATH, type Controls } from '../control.ts'
import { ENVELOPE_HEADERS, exposed, preflight } from '../cors.ts'
import type { CredentialStore } from '../credentials.ts'
import type { Chunks, Connection, Faults, Interference } from '../faults.ts'
import { connectionOf, headersOf } from '../http.ts'
import type { RequestLog } from '../request-log.ts'
import { SignatureRefused, verifySignature, type Signature } from '../sigv4.ts'
import { refusals, s3Error } from './errors.ts'
import { parseAddress, type Content, type Reply } from './request.ts'
import { route } from './routes.ts'
import type { Store } from './store.ts'
import { writeXml } from './xml.ts'

export interface LoggedRequest {
  readonly operation: string
  readonly method: string
  /** Empty if none is addressed; the same for `key`. */
  readonly bucket: string
  readonly key: string
  readonly partNumber: number | undefined
  readonly query: Readonly<Record<string, string>>
  readonly headers: Readonly<Record<string, string>>
  /** 0 until there is an answer, and for good if there is none. */
  status: number
  /** Bytes of the bodies, as far as they came. */
  bytesIn: number
  bytesOut: number
}

export interface S3Context {
  readonly store: Store
  readonly credentials: CredentialStore
  readonly faults: Faults
  readonly requests: RequestLog<LoggedRequest>
  readonly controls: Controls
  /** Response headers that pages of other origins shall not see. */
  hidden(): RegExp | undefined
}

const usuallyExposed = [
  'accept-ranges',
  'content-length',
  'content-range',
  'etag',
  'last-modified',
  'x-amz-request-id',
  'x-amz-version-id',
]

export function s3Listener(context: S3Context): RequestListener {
  return (request, response) => {
    if (preflight(request, response)) return
    if (request.url?.startsWith(CONTROL_PATH)) {
      void control(context.controls, request, response)
    } else {
      void new Exchange(context, request, response).run()
    }
  }
}

class Exchange {
  readonly #context: S3Context
  readonly #request: IncomingMessage
  readonly #response: ServerResponse
  readonly #connection: Connection
  readonly #requestId = randomBytes(8).toString('hex').toUpperCase()
  #entry: LoggedRequest | undefined
  #interferences: readonly Interference[] = []
  /** Whether the client waits to be asked for the body. */
  #waits: boolean

  constructor(context: S3Context, request: IncomingMessage, response: ServerResponse) {
    this.#context = context
    this.#request = request
    this.#response = response
    this.#connection = connectionOf(request, response)
    this.#waits = request.headers.expect?.toLowerCase() === '100-continue'
  }

  async run(): Promise<void> {
    try {
      await this.#send(await this.#carryOut())
    } catch (error) {
      if (error instanceof Dropped || this.#response.headersSent || this.#response.destroyed) {
        this.#request.destroy()
        return
      }
      await this.#send(this.#refuse(error)).catch(() => this.#request.destroy())
    }
    // What nobody read would stand in the way of the next request on this connection.
    this.#request.resume()
  }

  async #carryOut(): Promise<Reply> {
    const { store, faults, requests } = this.#context
    const method = this.#request.method ?? ''
    const sent = headersOf(this.#request)
    const address = parseAddress(this.#request.url)
    const headers = { ...sent, ...hoisted(address.query) }
    const { name, run } = route(method, address, headers)
    const { bucket, key, partNumber, query } = address
    this.#entry = requests.add({
      operation: name,
      method,
      bucket,
      key,
      partNumber,
      query: Object.fromEntries(query),
      headers,
      status: 0,
      bytesIn: 0,
      bytesOut: 0,
    })
    this.#interferences = faults.take({ operation: name, bucket, key, partNumber })
    for (const { before } of this.#interferences) await before?.(this.#connection)
    const signature = this.#verify({ ...address, method, headers: sent })
    const reply = await run({ ...address, store, headers, signature, body: this.#body() })
    for (const { after } of this.#interferences) await after?.(this.#connection)
    return reply
  }

  #verify(request: Parameters<typeof verifySignature>[0]): Signature {
    try {
      return verifySignature(request, 's3', this.#context.credentials)
    } catch (error) {
      if (error instanceof SignatureRefused) throw s3Error(...refusals[error.refusal])
      throw error
    }
  }

  #body(): Chunks {
    return this.#interferences.reduce<Chunks>(
      (body, { requestBody }) => requestBody?.(body, this.#connection) ?? body,
      this.#incoming(),
    )
  }

  async *#incoming(): Chunks {
    if (this.#waits) this.#response.writeContinue()
    this.#waits = false
    // A body that is refused half way must leave the connection open for the answer.
    for await (const chunk of this.#request.iterator({ destroyOnReturn: false })) {
      const bytes = chunk as Buffer
      if (this.#entry) this.#entry.bytesIn += bytes.length
      yield bytes
    }
  }

  #refuse(error: unknown): Reply {
    const { status, code, message, detail } =
      error instanceof AwsError ? error : s3Error('InternalError', String(error))
    if (status === 304) return { status, headers: { etag: detail['ETag'] } }
    return {
      status,
      body: writeXml('Error', {
        Code: code,
        Message: message,
        ...detail,
        Resource: parsedPath(this.#request.url),
        RequestId: this.#requestId,
        HostId: 'local',
      }),
    }
  }

  async #send({ status = 200, headers = {}, body }: Reply): Promise<void> {
    const response = this.#response
    const { size, chunks } = typeof body === 'object' ? body : this.#document(body ?? '')
    const written: Record<string, string | number> = { server: 'AmazonS3' }
    if (typeof body === 'string') written['content-type'] = 'application/xml'
    if (status !== 204 && status !== 304) written['content-length'] = size
    for (const [name, value] of Object.entries(headers)) {
      if (value !== undefined)
        written[name] = name === 'etag' ? this.#altered(String(value)) : value
    }
    written['x-amz-request-id'] = this.#requestId
    const special = Object.keys(written).filter((name) => name.startsWith('x-amz-'))
    // The rules of a bucket name headers for every answer. Of a 304, browsers take what it says over
    // into the answer that they kept.
    const kept = status === 304 ? ENVELOPE_HEADERS : []
    written['access-control-expose-headers'] = exposed(
      new Set([...usuallyExposed, ...special, ...kept]),
      this.#context.hidden(),
    )
    // A client that still waits to send its body can do nothing else on this connection.
    if (this.#waits) written['connection'] = 'close'
    if (this.#entry) this.#entry.status = status
    response.writeHead(status, written)
    if (this.#request.method === 'HEAD') {
      response.end()
      return
    }
    const content = this.#interferences.reduce<Chunks>(
      (before, { responseBody }) => responseBody?.(before, this.#connection, size) ?? before,
      chunks,
    )
    await pipeline(this.#outgoing(content), response)
  }

  #document(text: string): Content {
    const bytes = Buffer.from(text.replace(/(?<=<ETag>)[^<]*/g, (etag) => this.#altered(etag)))
    return { size: bytes.length, chunks: Readable.from([bytes]) }
  }

  #altered(etag: string): string {
    return this.#interferences.reduce((before, { etag: alter }) => alter?.(before) ?? before, etag)
  }

  async *#outgoing(chunks: Chunks): Chunks {
    for await (const chunk of chunks) {
      if (this.#entry) this.#entry.bytesOut += chunk.length
      yield chunk
    }
  }
}

const parsedPath = (url = ''): string => url.split('?')[0] ?? ''

/** Headers that a presigned URL carries as query parameters. */
function hoisted(query: URLSearchParams): Record<string, string> {
  if (!query.has('X-Amz-Signature')) return {}
  return Object.fromEntries(
    [...query]
      .map(([name, value]) => [name.toLowerCase(), value] as const)
      .filter(([name]) => name.startsWith('x-amz-') && !notHoisted.test(name)),
  )
}

/** Those of the signature, and checksums: the SDK signs that of an empty body, and S3 takes no notice. */
const notHoisted =
  /^x-amz-(algorithm|credential|date|expires|security-token|signature|signedheaders|checksum-.*|sdk-checksum-.*)$/
