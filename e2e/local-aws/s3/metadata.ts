// SPDX-License-Identifier: Apache-2.0
/**
 * What is kept beside the content of an object, and how it comes back.
 *
 * @module
 */

import { omit, pick } from '../record.ts'
import { checksumHeaders } from './checksums.ts'
import { s3Error } from './errors.ts'
import { quoted } from './request.ts'
import type { Description, StoredObject } from './store.ts'

type Headers = Readonly<Record<string, string>>

const PREFIX = 'x-amz-meta-'
const LARGEST_METADATA = 2048 // bytes, names without prefix and values

const kept = [
  'cache-control',
  'content-disposition',
  'content-encoding',
  'content-language',
  'content-type',
  'expires',
  'x-amz-server-side-encryption',
  'x-amz-server-side-encryption-aws-kms-key-id',
  'x-amz-server-side-encryption-bucket-key-enabled',
  'x-amz-storage-class',
  'x-amz-website-redirect-location',
]

/** Headers that a read may replace by a query parameter of the same name with `response-` before it. */
const overridable = kept.filter((name) => !name.startsWith('x-amz-'))

/** @throws `MetadataTooLarge`, `InvalidTag` */
export function describe(headers: Headers): Description {
  return {
    headers: keptHeaders(headers),
    metadata: userMetadata(headers),
    tags: parseTags(headers['x-amz-tagging'] ?? ''),
  }
}

function keptHeaders(headers: Headers): Record<string, string> {
  const found: Record<string, string> = {
    'content-type': 'binary/octet-stream',
    ...pick(headers, kept),
  }
  // The encoding of the transfer is not one of the content.
  const encodings = (found['content-encoding'] ?? '')
    .split(',')
    .map((encoding) => encoding.trim())
    .filter((encoding) => encoding !== '' && encoding !== 'aws-chunked')
  const others = omit(found, ['content-encoding'])
  return encodings.length === 0 ? others : { ...others, 'content-encoding': encodings.join(',') }
}

/** Every character is one byte that was sent, so lengths are those of S3. */
function userMetadata(headers: Headers): Record<string, string> {
  const metadata = Object.entries(headers)
    .filter(([name]) => name.startsWith(PREFIX))
    .map(([name, value]) => [name.slice(PREFIX.length), value] as const)
  const size = metadata.reduce((sum, [name, value]) => sum + name.length + value.length, 0)
  if (size > LARGEST_METADATA) {
    const detail = { Size: String(size), MaxSizeAllowed: String(LARGEST_METADATA) }
    throw s3Error('MetadataTooLarge', undefined, detail)
  }
  return Object.fromEntries(metadata)
}

/** A copy takes the content's headers along, but not how and where the source is stored. */
export function copiedHeaders(source: Headers, given: Headers): Record<string, string> {
  const isStorage = ([name]: [string, string]): boolean => name.startsWith('x-amz-')
  return Object.fromEntries([
    ...Object.entries(source).filter((header) => !isStorage(header)),
    ...Object.entries(given).filter(isStorage),
  ])
}

/** @throws `InvalidTag` */
export function parseTags(header: string): Record<string, string> {
  const tags = [...new URLSearchParams(header)]
  if (tags.length > 10 || new Set(tags.map(([name]) => name)).size < tags.length) {
    throw s3Error('InvalidTag')
  }
  return Object.fromEntries(tags)
}

/** Headers of GetObject and HeadObject, without those that depend on the range. */
export function objectHeaders(object: StoredObject): Record<string, string | undefined> {
  const tags = Object.keys(object.tags).length
  return {
    'accept-ranges': 'bytes',
    etag: quoted(object.etag),
    'last-modified': new Date(object.lastModified).toUTCString(),
    ...object.headers,
    ...Object.fromEntries(
      Object.entries(object.metadata).map(([name, value]) => [PREFIX + name, encodedWord(value)]),
    ),
    'x-amz-tagging-count': tags === 0 ? undefined : String(tags),
    ...versionHeader(object),
  }
}

/** Headers of every answer to a write. */
export function writtenHeaders(object: StoredObject): Record<string, string | undefined> {
  return {
    etag: quoted(object.etag),
    ...checksumHeaders(object.checksum),
    ...pick(
      object.headers,
      kept.filter((name) => name.includes('server-side-encryption')),
    ),
    ...versionHeader(object),
  }
}

/** Buckets that never had versioning do not speak of versions. */
export function versionHeader({ versionId, deleteMarker }: StoredObject): Record<string, string> {
  return {
    ...(versionId === 'null' ? {} : { 'x-amz-version-id': versionId }),
    ...(deleteMarker ? { 'x-amz-delete-marker': 'true' } : {}),
  }
}

export function responseOverrides(query: URLSearchParams): Record<string, string> {
  return Object.fromEntries(
    overridable.flatMap((name) => {
      const value = query.get(`response-${name}`)
      return value === null ? [] : [[name, value]]
    }),
  )
}

/**
 * S3 takes each byte above 127 for a Latin-1 character and returns the value as an RFC 2047 encoded
 * word, in Q if most of it is ASCII and in B otherwise.
 */
export function encodedWord(value: string): string {
  const foreign = value.replace(/[\0-\x7f]/g, '').length
  if (foreign === 0) return value
  const bytes = Buffer.from(value, 'utf8')
  if (foreign * 2 >= value.length) return `=?UTF-8?B?${bytes.toString('base64')}?=`
  const text = Array.from(bytes, (byte) => {
    const character = String.fromCharCode(byte)
    if (/[A-Za-z0-9!*+/-]/.test(character)) return character
    return byte === 0x20 ? '_' : `=${byte.toString(16).toUpperCase().padStart(2, '0')}`
  })
  return `=?UTF-8?Q?${text.join('')}?=`
}
