// SPDX-License-Identifier: Apache-2.0
/**
 * Verification of Signature Version 4, in the Authorization header or in a presigned URL.
 *
 * @module
 * @see {@link https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_sigv-create-signed-request.html}
 */

import { createHash, createHmac } from 'node:crypto'
import type { CredentialStore } from './credentials.ts'

export interface SignedRequest {
  readonly method: string
  /** As sent, percent-encoded, without the query. */
  readonly path: string
  readonly query: URLSearchParams
  /** Lower-case names; bytes above 127 as Latin-1 characters, as Node hands them over. */
  readonly headers: Readonly<Record<string, string>>
}

/** What was proven, and what the signatures of aws-chunked chunks continue from. */
export interface Signature {
  readonly region: string
  readonly date: string
  readonly scope: string
  readonly signingKey: Buffer
  readonly signature: string
  readonly payloadHash: string
}

export type Refusal =
  | 'malformed'
  | 'missing'
  | 'unknown-key'
  | 'wrong-token'
  | 'expired-token'
  | 'skewed'
  | 'expired'
  | 'unsigned-headers'
  | 'mismatch'

/** Each service words a refusal in its own way. */
export class SignatureRefused extends Error {
  readonly refusal: Refusal

  constructor(refusal: Refusal) {
    super(refusal)
    this.refusal = refusal
  }
}

/** The same facts, wherever they were written. */
interface Claim {
  readonly credential: string
  readonly signedHeaders: readonly string[]
  readonly signature: string
  readonly date: string
  readonly token: string | undefined
  readonly payloadHash: string | undefined
  /** Seconds, for presigned URLs alone. */
  readonly expires: number | undefined
}

const ALGORITHM = 'AWS4-HMAC-SHA256'
const SKEW = 15 * 60_000 // ms
const WEEK = 7 * 24 * 3600 // seconds: the longest life of a presigned URL

export const sha256Hex = (data: string | Buffer): string =>
  createHash('sha256').update(data).digest('hex')

export const hmac = (key: string | Buffer, data: string): Buffer =>
  createHmac('sha256', key).update(data).digest()

/**
 * @param payloadHash - of the body, where the service does not take the header's word for it.
 * @throws `SignatureRefused`
 */
export function verifySignature(
  request: SignedRequest,
  service: string,
  known: CredentialStore,
  payloadHash?: string,
): Signature {
  const claim = headerClaim(request) ?? queryClaim(request)
  if (claim === undefined) throw new SignatureRefused('missing')
  const [accessKeyId = '', day = '', region = '', claimedService, end] = claim.credential.split('/')
  const time = parseDate(claim.date)
  if (claimedService !== service || end !== 'aws4_request' || !claim.date.startsWith(day)) {
    throw new SignatureRefused('malformed')
  }

  const credentials = known.find(accessKeyId)
  if (credentials === undefined) throw new SignatureRefused('unknown-key')
  if (credentials.sessionToken !== claim.token) throw new SignatureRefused('wrong-token')
  if (Date.now() > (credentials.expiration ?? Infinity)) throw new SignatureRefused('expired-token')
  checkAge(time, claim.expires)

  const unsigned = Object.keys(request.headers).filter(
    (name) => name.startsWith('x-amz-') && !claim.signedHeaders.includes(name),
  )
  // A presigned URL leaves the body open, so a client may still name its hash.
  if (unsigned.some((name) => claim.expires === undefined || name !== 'x-amz-content-sha256')) {
    throw new SignatureRefused('unsigned-headers')
  }

  const hash = payloadHash ?? claim.payloadHash
  if (hash === undefined) throw new SignatureRefused('malformed')
  const scope = `${day}/${region}/${service}/aws4_request`
  const signingKey = [day, region, service, 'aws4_request'].reduce<string | Buffer>(
    hmac,
    `AWS4${credentials.secretAccessKey}`,
  ) as Buffer
  const canonical = canonicalRequest(request, claim.signedHeaders, hash)
  const toSign = [ALGORITHM, claim.date, scope, sha256Hex(canonical)].join('\n')
  if (hmac(signingKey, toSign).toString('hex') !== claim.signature) {
    throw new SignatureRefused('mismatch')
  }
  return {
    region,
    date: claim.date,
    scope,
    signingKey,
    signature: claim.signature,
    payloadHash: hash,
  }
}

function headerClaim({ headers }: SignedRequest): Claim | undefined {
  const { authorization } = headers
  if (authorization === undefined) return undefined
  const match =
    /^AWS4-HMAC-SHA256\s+Credential=([^,]+),\s*SignedHeaders=([^,]+),\s*Signature=([0-9a-f]{64})$/.exec(
      authorization,
    )
  if (match === null) throw new SignatureRefused('malformed')
  const [, credential = '', signedHeaders = '', signature = ''] = match
  return {
    credential,
    signedHeaders: signedHeaders.split(';'),
    signature,
    date: headers['x-amz-date'] ?? '',
    token: headers['x-amz-security-token'],
    payloadHash: headers['x-amz-content-sha256'],
    expires: undefined,
  }
}

function queryClaim({ query }: SignedRequest): Claim | undefined {
  if (query.get('X-Amz-Algorithm') !== ALGORITHM) return undefined
  const expires = Number(query.get('X-Amz-Expires'))
  if (!(expires >= 1 && expires <= WEEK)) throw new SignatureRefused('malformed')
  return {
    credential: query.get('X-Amz-Credential') ?? '',
    signedHeaders: (query.get('X-Amz-SignedHeaders') ?? '').split(';'),
    signature: query.get('X-Amz-Signature') ?? '',
    date: query.get('X-Amz-Date') ?? '',
    token: query.get('X-Amz-Security-Token') ?? undefined,
    payloadHash: query.get('X-Amz-Content-Sha256') ?? 'UNSIGNED-PAYLOAD',
    expires,
  }
}

/** `20260131T235959Z` in milliseconds. */
function parseDate(date: string): number {
  const time = Date.parse(date.replace(/^(.{4})(..)(..T..)(..)(..Z)$/, '$1-$2-$3:$4:$5'))
  if (Number.isNaN(time)) throw new SignatureRefused('malformed')
  return time
}

function checkAge(time: number, expires: number | undefined): void {
  const age = Date.now() - time
  if (age < -SKEW || (expires === undefined && age > SKEW)) throw new SignatureRefused('skewed')
  if (expires !== undefined && age > expires * 1000) throw new SignatureRefused('expired')
}

/** Latin-1 turns the header characters back into the bytes that were sent and signed. */
function canonicalRequest(
  { method, path, query, headers }: SignedRequest,
  signedHeaders: readonly string[],
  payloadHash: string,
): Buffer {
  const uri = path
    .split('/')
    .map((segment) => encode(decodeURIComponent(segment)))
    .join('/')
  const pairs = [...query]
    .filter(([name]) => name !== 'X-Amz-Signature')
    .map(([name, value]) => `${encode(name)}=${encode(value)}`)
    .sort()
    .join('&')
  const lines = signedHeaders.map(
    (name) => `${name}:${(headers[name] ?? '').trim().replace(/ +/g, ' ')}\n`,
  )
  return Buffer.from(
    [method, uri, pairs, lines.join(''), signedHeaders.join(';'), payloadHash].join('\n'),
    'latin1',
  )
}

function encode(text: string): string {
  return encodeURIComponent(text).replace(
    /[!'()*]/g,
    (character) => `%${character.charCodeAt(0).toString(16).toUpperCase()}`,
  )
}
