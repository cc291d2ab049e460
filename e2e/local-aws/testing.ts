// SPDX-License-Identifier: Apache-2.0
/**
 * What the tests of the local AWS share: clients of the SDK, and requests that the SDK would not send.
 *
 * @module
 */

import { createHash, createHmac } from 'node:crypto'
import { once } from 'node:events'
import { request as httpRequest, type IncomingMessage, type OutgoingHttpHeaders } from 'node:http'
import { buffer } from 'node:stream/consumers'
import { S3 } from '@aws-sdk/client-s3'
import { afterAll } from 'vitest'
import { startLocalAws, type LocalAws, type LocalAwsOptions } from './index.ts'

/** A local AWS for one test file, with a bucket called `bucket`. */
export async function localAws(options?: LocalAwsOptions): Promise<{ aws: LocalAws; s3: S3 }> {
  const aws = await startLocalAws(options)
  const s3 = s3Client(aws)
  afterAll(async () => {
    s3.destroy()
    await aws.stop()
  })
  await s3.createBucket({ Bucket: 'bucket' })
  return { aws, s3 }
}

export function s3Client(
  { s3: { endpoint }, credentials }: LocalAws,
  config: Partial<ConstructorParameters<typeof S3>[0]> = {},
): S3 {
  return new S3({ endpoint, region: 'us-east-1', credentials, maxAttempts: 1, ...config })
}

export const md5 = (data: Uint8Array | string): string =>
  createHash('md5').update(data).digest('hex')

export const sha256 = (data: Uint8Array | string): string =>
  createHash('sha256').update(data).digest('hex')

/** Bytes that repeat with a period that no block size divides. */
export function pattern(length: number): Buffer {
  const period = Buffer.from(Array.from({ length: 251 }, (_, i) => i))
  return Buffer.alloc(length, period)
}

export interface RawRequest {
  readonly method?: string
  /** Percent-encoded, with the query. */
  readonly path: string
  readonly headers?: Readonly<Record<string, string>>
  readonly body?: Uint8Array | string
  /** `x-amz-content-sha256`. */
  readonly payload?: string
}

export interface RawResponse {
  readonly status: number
  readonly headers: IncomingMessage['headers']
  readonly body: Buffer
  /** Of the error document. */
  readonly code: string | undefined
}

/** Signs and sends a request as it stands. */
export async function raw(aws: LocalAws, request: RawRequest): Promise<RawResponse> {
  const { method = 'GET', path, body } = request
  const length = body === undefined ? {} : { 'content-length': String(Buffer.byteLength(body)) }
  return send(aws.s3.endpoint + path, method, { ...length, ...signedHeaders(aws, request) }, body)
}

/** Sends a request that somebody else signed, or nobody. */
export async function send(
  url: string,
  method: string,
  headers: OutgoingHttpHeaders,
  body?: Uint8Array | string,
): Promise<RawResponse> {
  const { hostname, port } = new URL(url)
  const path = url.replace(/^\w+:\/\/[^/]+/, '')
  const outgoing = httpRequest({ hostname, port, path, method, headers, agent: false })
  outgoing.end(body)
  const [response] = (await once(outgoing, 'response')) as [IncomingMessage]
  const content = await buffer(response)
  return {
    status: response.statusCode ?? 0,
    headers: response.headers,
    body: content,
    code: /<Code>(.*?)<\/Code>/.exec(content.toString())?.[1],
  }
}

/** The headers of a request with its signature, for paths and queries that are canonical already. */
export function signedHeaders(
  { s3: { endpoint }, credentials }: LocalAws,
  { method = 'GET', path, headers = {}, payload = 'UNSIGNED-PAYLOAD' }: RawRequest,
  date: Date = new Date(),
): Record<string, string> {
  const [uri = '', query = ''] = path.split('?')
  const stamp = date.toISOString().replace(/[-:]|\.\d+/g, '')
  const all: Record<string, string> = {
    ...headers,
    host: new URL(endpoint).host,
    'x-amz-date': stamp,
    'x-amz-content-sha256': payload,
  }
  const names = Object.keys(all).sort()
  const canonical = [
    method,
    uri,
    query,
    ...names.map((name) => `${name}:${all[name] ?? ''}`),
    '',
    names.join(';'),
    payload,
  ].join('\n')
  const scope = `${stamp.slice(0, 8)}/eu-central-1/s3/aws4_request`
  // One byte for each character, as Node's client writes them.
  const hash = sha256(Buffer.from(canonical, 'latin1'))
  const key = scope
    .split('/')
    .reduce<string | Buffer>(
      (secret, data) => createHmac('sha256', secret).update(data).digest(),
      `AWS4${credentials.secretAccessKey}`,
    )
  const signature = createHmac('sha256', key)
    .update(['AWS4-HMAC-SHA256', stamp, scope, hash].join('\n'))
    .digest('hex')
  const { accessKeyId } = credentials
  return {
    ...all,
    authorization: `AWS4-HMAC-SHA256 Credential=${accessKeyId}/${scope}, SignedHeaders=${names.join(';')}, Signature=${signature}`,
  }
}
