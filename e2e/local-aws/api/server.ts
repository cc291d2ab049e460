// SPDX-License-Identifier: Apache-2.0
/**
 * KMS and Cognito Identity behind one address, in AWS JSON 1.1.
 *
 * @module
 */

import { randomUUID } from 'node:crypto'
import type { IncomingMessage, RequestListener, ServerResponse } from 'node:http'
import { text as readText } from 'node:stream/consumers'
import { AwsError, Dropped } from '../aws-error.ts'
import { control, CONTROL_PATH, type Controls } from '../control.ts'
import { exposed, preflight } from '../cors.ts'
import type { CredentialStore } from '../credentials.ts'
import type { Faults } from '../faults.ts'
import { connectionOf, headersOf } from '../http.ts'
import { omit } from '../record.ts'
import type { RequestLog } from '../request-log.ts'
import { sha256Hex, SignatureRefused, verifySignature } from '../sigv4.ts'
import { cognitoOperations } from './cognito.ts'
import { apiError, refusals } from './errors.ts'
import { parseInput, type Input } from './input.ts'
import type { KeyStore } from './kms-keys.ts'
import { kmsOperations } from './kms.ts'

export interface LoggedCall {
  readonly operation: string
  /** Of the signature; empty for Cognito, which is not signed. */
  region: string
  /** Without plaintext. */
  readonly request: Input
  readonly headers: Readonly<Record<string, string>>
  /** 0 until there is an answer. */
  status: number
  /** Code of the error, if it is one. */
  error: string | undefined
}

export interface ApiContext {
  readonly keys: KeyStore
  readonly credentials: CredentialStore
  readonly faults: Faults
  readonly requests: RequestLog<LoggedCall>
  readonly controls: Controls
}

/** A call that has been read and written down, but not yet let in. */
interface Call {
  readonly method: string
  readonly path: string
  readonly headers: Readonly<Record<string, string>>
  readonly body: string
  readonly input: Input
  readonly entry: LoggedCall
}

type Service = (call: Call) => unknown

export function apiListener(context: ApiContext): RequestListener {
  const { credentials, keys: store } = context
  const identities = new Set<string>()
  const services: Readonly<Record<string, Service>> = {
    TrentService(call) {
      const { entry, input } = call
      entry.region = signedRegion(call, credentials)
      return find(kmsOperations, entry.operation)({ store, region: entry.region, input })
    },
    AWSCognitoIdentityService: ({ entry: { operation }, input }) =>
      find(cognitoOperations, operation)({ credentials, identities, input }),
  }
  return (request, response) => {
    if (preflight(request, response)) return
    if (request.url?.startsWith(CONTROL_PATH)) void control(context.controls, request, response)
    else void answer(context, services, request, response)
  }
}

async function answer(
  { faults, requests }: ApiContext,
  services: Readonly<Record<string, Service>>,
  request: IncomingMessage,
  response: ServerResponse,
): Promise<void> {
  const headers = headersOf(request)
  const [service = '', operation = ''] = (headers['x-amz-target'] ?? '').split('.')
  let entry: LoggedCall | undefined
  try {
    const body = await readText(request)
    const input = parseInput(body)
    const logged = omit(input, ['Plaintext'])
    const status = { status: 0, error: undefined }
    entry = requests.add({ operation, region: '', request: logged, headers, ...status })
    for (const { before } of faults.take({ operation })) {
      await before?.(connectionOf(request, response))
    }
    const { method = '', url: path = '' } = request
    const result = find(services, service)({ method, path, headers, body, input, entry })
    entry.status = 200
    send(response, 200, result)
  } catch (error) {
    if (error instanceof Dropped || response.destroyed) return
    const { status, code, message } =
      error instanceof AwsError ? error : new AwsError(500, 'InternalFailure', String(error))
    if (entry) Object.assign(entry, { status, error: code })
    response.setHeader('x-amzn-errortype', code)
    send(response, status, { __type: code, message })
  }
}

/** @throws `UnknownOperationException` */
function find<T>(table: Readonly<Record<string, T>>, name: string): T {
  const found = Object.hasOwn(table, name) ? table[name] : undefined
  if (found === undefined) throw apiError('UnknownOperationException')
  return found
}

/** The region is part of what is signed, so one address serves them all. */
function signedRegion({ method, path, headers, body }: Call, credentials: CredentialStore): string {
  try {
    const request = { method, path, headers, query: new URLSearchParams() }
    return verifySignature(request, 'kms', credentials, sha256Hex(body)).region
  } catch (error) {
    if (error instanceof SignatureRefused) throw apiError(refusals[error.refusal])
    throw error
  }
}

function send(response: ServerResponse, status: number, result: unknown): void {
  response.writeHead(status, {
    'content-type': 'application/x-amz-json-1.1',
    'x-amzn-requestid': randomUUID(),
    'access-control-expose-headers': exposed(['x-amzn-requestid', 'x-amzn-errortype']),
  })
  // Operations without a result answer nothing at all.
  response.end(result === undefined ? '' : JSON.stringify(result))
}
