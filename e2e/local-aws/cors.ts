// SPDX-License-Identifier: Apache-2.0
/**
 * Cross-origin access for any page, and what such a page can read of the answer.
 *
 * @module
 */

import type { IncomingMessage, ServerResponse } from 'node:http'

const names = [
  ...['3', 'c', 'd', 'i', 'm', 't', 'w'],
  ...[
    'cek-alg',
    'iv',
    'key',
    'key-v2',
    'matdesc',
    'tag-len',
    'unencrypted-content-length',
    'wrap-alg',
  ],
]

/** What the CORS rules of a bucket with encrypted objects list, besides what all buckets do. */
export const ENVELOPE_HEADERS = names.map((name) => `x-amz-meta-x-amz-${name}`)

/** Answers a preflight; returns whether the request was one. */
export function preflight(request: IncomingMessage, response: ServerResponse): boolean {
  response.setHeader('access-control-allow-origin', '*')
  if (request.method !== 'OPTIONS') return false
  response.writeHead(204, {
    'access-control-allow-methods': 'GET, PUT, POST, DELETE, HEAD',
    'access-control-allow-headers': request.headers['access-control-request-headers'] ?? '*',
    'access-control-max-age': '3000',
  })
  response.end()
  return true
}

/**
 * Value of `Access-Control-Expose-Headers`.
 *
 * @param hidden - names that the page must not see, as with a bucket whose CORS rules forgot them.
 */
export function exposed(names: Iterable<string>, hidden?: RegExp): string {
  return [...names].filter((name) => hidden?.test(name) !== true).join(', ')
}
