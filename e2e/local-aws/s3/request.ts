// SPDX-License-Identifier: Apache-2.0
/**
 * What an operation is given, and what it gives back.
 *
 * @module
 */

import type { Chunks } from '../faults.ts'
import type { Signature } from '../sigv4.ts'
import { s3Error } from './errors.ts'
import type { Bucket, Store } from './store.ts'

/** A request's address, split; path-style only. */
export interface Address {
  /** Percent-encoded, as it was sent and signed. */
  readonly path: string
  readonly query: URLSearchParams
  readonly bucket: string
  readonly key: string
  readonly partNumber: number | undefined
}

export interface S3Request extends Address {
  readonly store: Store
  /**
   * Lower-case names. A presigned URL may carry `x-amz-` headers as query parameters; they are here
   * too.
   */
  readonly headers: Readonly<Record<string, string>>
  readonly body: Chunks
  readonly signature: Signature
}

export interface Reply {
  readonly status?: number
  readonly headers?: Readonly<Record<string, string | number | undefined>>
  /** A document, or content of a known size. */
  readonly body?: string | Content
}

export interface Content {
  readonly size: number
  readonly chunks: Chunks
}

export type Operation = (request: S3Request) => Reply | Promise<Reply>

/** Not by `URL`, which would resolve the dots of a key such as `a/../b`. */
export function parseAddress(url = '/'): Address {
  const [path = '/', ...query] = url.split('?')
  const parameters = new URLSearchParams(query.join('?'))
  const [, bucket = '', key = ''] = /^\/([^/]*)\/?(.*)$/s.exec(decode(path)) ?? []
  const partNumber = parameters.get('partNumber')
  return {
    path,
    query: parameters,
    bucket,
    key,
    partNumber: partNumber === null ? undefined : Number(partNumber),
  }
}

function decode(path: string): string {
  try {
    return decodeURIComponent(path)
  } catch {
    throw s3Error('InvalidURI')
  }
}

export const bucketOf = ({ store, bucket }: S3Request): Bucket => store.bucket(bucket)

/** A whole number among the query parameters. */
export function integer(query: URLSearchParams, name: string, missing: number): number {
  const value = query.get(name)
  if (value === null) return missing
  if (!/^\d{1,9}$/.test(value)) throw s3Error('InvalidArgument', `Provided ${name} not an integer`)
  return Number(value)
}

export const isoDate = (time: number): string => new Date(time).toISOString()

export const quoted = (etag: string): string => `"${etag}"`
