// SPDX-License-Identifier: Apache-2.0
/**
 * ListObjectsV2.
 *
 * @module
 */

import { s3Error } from './errors.ts'
import { bucketOf, integer, isoDate, quoted, type Operation } from './request.ts'
import type { StoredObject } from './store.ts'
import { writeXml } from './xml.ts'

const MOST_KEYS = 1000

/** One line of a listing: an object, or all objects that share a prefix up to the delimiter. */
interface Line {
  readonly name: string
  readonly object?: StoredObject
}

export const listObjects: Operation = (request) => {
  const { query, bucket: name } = request
  if (query.get('list-type') !== '2') throw s3Error('NotImplemented', 'Only ListObjectsV2 is.')
  const prefix = query.get('prefix') ?? ''
  const delimiter = query.get('delimiter') ?? ''
  const token = query.get('continuation-token')
  const startAfter = query.get('start-after')
  const limit = Math.min(integer(query, 'max-keys', MOST_KEYS), MOST_KEYS)
  const encode = encoder(query.get('encoding-type'))

  const after = token === null ? (startAfter ?? '') : fromToken(token)
  const lines = group(bucketOf(request).list(), prefix, delimiter).filter(
    (line) => after === '' || isAfter(line.name, after),
  )
  const page = lines.slice(0, limit)
  const truncated = limit > 0 && page.length < lines.length
  return {
    body: writeXml('ListBucketResult', {
      Name: name,
      Prefix: encode(prefix),
      Delimiter: delimiter === '' ? undefined : encode(delimiter),
      MaxKeys: limit,
      KeyCount: page.length,
      IsTruncated: truncated,
      EncodingType: query.get('encoding-type') ?? undefined,
      ContinuationToken: token ?? undefined,
      NextContinuationToken: truncated ? toToken(page.at(-1)?.name ?? '') : undefined,
      StartAfter: startAfter === null ? undefined : encode(startAfter),
      Contents: page.flatMap(({ object }) =>
        object === undefined
          ? []
          : {
              Key: encode(object.key),
              LastModified: isoDate(object.lastModified),
              ETag: quoted(object.etag),
              ChecksumAlgorithm: object.checksum?.algorithm,
              ChecksumType: object.checksum?.type,
              Size: object.size,
              StorageClass: object.headers['x-amz-storage-class'] ?? 'STANDARD',
            },
      ),
      CommonPrefixes: page.flatMap((line) =>
        line.object === undefined ? { Prefix: encode(line.name) } : [],
      ),
    }),
  }
}

function group(objects: readonly StoredObject[], prefix: string, delimiter: string): Line[] {
  const lines: Line[] = []
  for (const object of objects) {
    if (!object.key.startsWith(prefix)) continue
    const end = delimiter === '' ? -1 : object.key.indexOf(delimiter, prefix.length)
    const name = end < 0 ? object.key : object.key.slice(0, end + delimiter.length)
    if (end < 0) lines.push({ name, object })
    else if (lines.at(-1)?.name !== name) lines.push({ name })
  }
  return lines
}

const isAfter = (name: string, after: string): boolean =>
  Buffer.compare(Buffer.from(name), Buffer.from(after)) > 0

const toToken = (name: string): string => Buffer.from(name).toString('base64url')
const fromToken = (token: string): string => Buffer.from(token, 'base64url').toString()

/** For keys that XML cannot hold. */
function encoder(type: string | null): (text: string) => string {
  if (type === null) return (text) => text
  if (type !== 'url') throw s3Error('InvalidArgument', 'Invalid Encoding Method specified')
  return (text) => encodeURIComponent(text).replace(/%20/g, '+').replace(/%2F/g, '/')
}
