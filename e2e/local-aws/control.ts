// SPDX-License-Identifier: Apache-2.0
/**
 * Control of a server from another process, by JSON over HTTP.
 *
 * @module
 */

import type { IncomingMessage, ServerResponse } from 'node:http'
import { json as readJson } from 'node:stream/consumers'
import { AwsError } from './aws-error.ts'

export const CONTROL_PATH = '/_local/'

/** By method and name, such as `POST faults`; what it returns is the answer. */
export type Controls = Readonly<Record<string, (input: unknown) => unknown>>

export async function control(
  controls: Controls,
  request: IncomingMessage,
  response: ServerResponse,
): Promise<void> {
  const name = request.url?.slice(CONTROL_PATH.length) ?? ''
  const command = controls[`${request.method ?? ''} ${name}`]
  try {
    if (command === undefined) throw new AwsError(404, 'NotFound')
    const input = request.method === 'POST' ? await readJson(request) : undefined
    answer(response, 200, (await command(input)) ?? {})
  } catch (error) {
    answer(response, error instanceof AwsError ? error.status : 400, { error: String(error) })
  }
}

function answer(response: ServerResponse, status: number, value: unknown): void {
  response.writeHead(status, { 'content-type': 'application/json' })
  response.end(JSON.stringify(value))
}
