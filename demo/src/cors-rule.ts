// SPDX-License-Identifier: Apache-2.0
/**
 * The CORS rule with which a bucket lets a page read encrypted objects.
 *
 * @module
 */

const ENVELOPE = [
  'x-amz-c',
  'x-amz-d',
  'x-amz-i',
  'x-amz-3',
  'x-amz-w',
  'x-amz-m',
  'x-amz-t',
  'x-amz-key',
  'x-amz-key-v2',
  'x-amz-iv',
  'x-amz-matdesc',
  'x-amz-wrap-alg',
  'x-amz-cek-alg',
  'x-amz-tag-len',
  'x-amz-unencrypted-content-length',
]

/** JSON for the bucket's CORS configuration. */
export function corsRule(origin: string): string {
  const rule = {
    AllowedOrigins: [origin],
    AllowedMethods: ['GET', 'HEAD', 'PUT', 'DELETE'],
    AllowedHeaders: ['*'],
    ExposeHeaders: ['ETag', ...ENVELOPE.map((name) => `x-amz-meta-${name}`)],
  }
  return JSON.stringify([rule], undefined, 2)
}
