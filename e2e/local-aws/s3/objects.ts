// SPDX-License-Identifier: Apache-2.0
/**
 * Operations on whole objects.
 *
 * @module
 */

import { omit } from '../record.ts'
import { checksumHeaders, type Checksum } from './checksums.ts'
import { checkRead, checkWrite } from './conditions.ts'
import { s3Error } from './errors.ts'
import {
  copiedHeaders,
  describe,
  objectHeaders,
  parseTags,
  responseOverrides,
  versionHeader,
  writtenHeaders,
} from './metadata.ts'
import { parseRange, type ByteRange } from './range.ts'
import { copyFile, receiveFile, receiveText } from './receive.ts'
import { bucketOf, isoDate, quoted, type Operation, type Reply, type S3Request } from './request.ts'
import type { Bucket, Description, NewObject, Part, StoredObject } from './store.ts'
import { childrenOf, readXml, textOf, writeXml, type XmlValue } from './xml.ts'

const LONGEST_KEY = 1024 // bytes
const MOST_DELETES = 1000

/** @throws `KeyTooLongError` */
export function checkKey(key: string): void {
  if (Buffer.byteLength(key) > LONGEST_KEY) throw s3Error('KeyTooLongError')
}

export const putObject: Operation = async (request) => {
  const { key, headers } = request
  const bucket = bucketOf(request)
  checkKey(key)
  const description = describe(headers)
  const part = await receiveFile(request, bucket)
  const object = commit(bucket, headers, part, { key, ...description })
  return { headers: writtenHeaders(object) }
}

/**
 * Makes what was received visible, if the conditions of the request hold at this very moment.
 */
function commit(
  bucket: Bucket,
  headers: S3Request['headers'],
  part: Part,
  described: Description & Pick<NewObject, 'key' | 'checksum'>,
): StoredObject {
  const { etag, size } = part
  const checksum: Checksum | undefined = part.checksum && { ...part.checksum, type: 'FULL_OBJECT' }
  try {
    checkWrite(headers, bucket.current(described.key))
  } catch (error) {
    bucket.discard(part.file)
    throw error
  }
  return bucket.put({ checksum, ...described, etag, size, multipart: false, parts: [part] })
}

export const getObject: Operation = (request) => {
  const { object, bucket, reply, range } = prepareRead(request)
  const { start, end } = range
  return {
    ...reply,
    body: { size: end - start + 1, chunks: bucket.read(object, range) },
  }
}

/** HTTP has the server leave out the body of an answer to HEAD, but not its length. */
export const headObject: Operation = (request) => {
  const { reply, range } = prepareRead(request)
  return { ...reply, headers: { ...reply.headers, 'content-length': range.end - range.start + 1 } }
}

function prepareRead(request: S3Request): {
  object: StoredObject
  bucket: Bucket
  reply: Reply
  range: ByteRange
} {
  const { headers, query } = request
  const bucket = bucketOf(request)
  const object = findObject(request)
  checkRead(headers, object)
  const part = selectPart(request, object)
  const range = part?.range ?? parseRange(headers['range'], object.size)
  const checksum = part === undefined ? object.checksum : part.checksum
  const asked = headers['x-amz-checksum-mode']?.toUpperCase() === 'ENABLED'
  const wholeChecksum = asked && (range === undefined || part !== undefined)
  const all = { start: 0, end: object.size - 1 }
  const { start, end } = range ?? all
  return {
    object,
    bucket,
    range: range ?? all,
    reply: {
      status: range === undefined ? 200 : 206,
      headers: {
        ...objectHeaders(object),
        ...responseOverrides(query),
        ...(wholeChecksum ? checksumHeaders(checksum) : {}),
        'content-range': range && `bytes ${start}-${end}/${object.size}`,
        'x-amz-mp-parts-count': part && object.multipart ? object.parts.length : undefined,
      },
    },
  }
}

/** The bytes of one part, for a read by part number. */
function selectPart(
  { partNumber, headers }: S3Request,
  { parts, size, multipart, checksum }: StoredObject,
): { range: ByteRange | undefined; checksum: StoredObject['checksum'] } | undefined {
  if (partNumber === undefined) return undefined
  if (headers['range'] !== undefined) {
    throw s3Error('InvalidRequest', 'Cannot specify both Range header and partNumber')
  }
  const index = partNumber - 1
  const part = parts[index]
  if (part === undefined) throw s3Error('InvalidPartNumber')
  const start = parts.slice(0, index).reduce((sum, before) => sum + before.size, 0)
  return {
    range: size === 0 ? undefined : { start, end: start + part.size - 1 },
    checksum: multipart
      ? part.checksum && { ...part.checksum, type: checksum?.type ?? 'COMPOSITE' }
      : checksum,
  }
}

/** @throws `NoSuchKey`, `NoSuchVersion`, `MethodNotAllowed` for a delete marker. */
export function findObject(request: S3Request): StoredObject {
  return lookUp(bucketOf(request), request.key, request.query.get('versionId'))
}

function lookUp(bucket: Bucket, key: string, versionId: string | null): StoredObject {
  const object = versionId === null ? bucket.newest(key) : bucket.version(key, versionId)
  if (versionId !== null && object === undefined) throw s3Error('NoSuchVersion')
  if (versionId !== null && object?.deleteMarker) throw s3Error('MethodNotAllowed')
  if (object === undefined || object.deleteMarker) {
    throw s3Error('NoSuchKey', undefined, { Key: key })
  }
  return object
}

export const deleteObject: Operation = (request) => {
  const { key, query } = request
  return { status: 204, headers: remove(bucketOf(request), key, query.get('versionId')) }
}

function remove(bucket: Bucket, key: string, versionId: string | null): Record<string, string> {
  const object = versionId === null ? bucket.delete(key) : bucket.deleteVersion(key, versionId)
  return object === undefined ? {} : versionHeader(object)
}

export const deleteObjects: Operation = async (request) => {
  const bucket = bucketOf(request)
  const list = readXml(await checkedText(request), 'Delete')
  const objects = childrenOf(list, 'Object')
  if (objects.length === 0 || objects.length > MOST_DELETES) throw s3Error('MalformedXML')
  const deleted = objects.map((object): XmlValue => {
    const key = textOf(object, 'Key') ?? ''
    const versionId = textOf(object, 'VersionId')
    const headers = remove(bucket, key, versionId ?? null)
    return {
      Key: key,
      VersionId: versionId,
      DeleteMarker: headers['x-amz-delete-marker'],
      DeleteMarkerVersionId: versionId === undefined ? headers['x-amz-version-id'] : undefined,
    }
  })
  const quiet = textOf(list, 'Quiet') === 'true'
  return { body: writeXml('DeleteResult', quiet ? {} : { Deleted: deleted }) }
}

/** A request that destroys must prove that its list arrived whole. */
function checkedText(request: S3Request): Promise<string> {
  const names = Object.keys(request.headers)
  if (!names.some((name) => /^(content-md5|x-amz-checksum-\w+|x-amz-trailer)$/.test(name))) {
    throw s3Error('InvalidRequest', 'Missing required header for this request: Content-MD5')
  }
  return receiveText(request)
}

export const copyObject: Operation = async (request) => {
  const { key, headers } = request
  const bucket = bucketOf(request)
  checkKey(key)
  const { source, from } = copySource(request)
  const replace = headers['x-amz-metadata-directive'] === 'REPLACE'
  const given = describe(headers)
  if (source === bucket.current(key) && !replace && Object.keys(given.headers).length === 1) {
    throw s3Error('InvalidRequest', 'This copy request is illegal: nothing would change.')
  }
  const description = {
    headers: replace ? given.headers : copiedHeaders(source.headers, given.headers),
    metadata: replace ? given.metadata : source.metadata,
    tags: headers['x-amz-tagging-directive'] === 'REPLACE' ? given.tags : source.tags,
  }
  const content = from.read(source, { start: 0, end: source.size - 1 })
  const part = await copyFile(content, bucket, 1)
  // The checksum of parts is not one of the whole.
  const checksum = source.multipart ? undefined : source.checksum
  const object = commit(bucket, headers, part, { key, ...description, checksum })
  const { etag, lastModified } = object
  return {
    headers: omit(writtenHeaders(object), ['etag']),
    body: writeXml('CopyObjectResult', {
      ETag: quoted(etag),
      LastModified: isoDate(lastModified),
    }),
  }
}

/** The object that `x-amz-copy-source` names, if the conditions on it hold. */
export function copySource({ store, headers }: S3Request): { source: StoredObject; from: Bucket } {
  const [path = '', query] = (headers['x-amz-copy-source'] ?? '').split('?')
  const [, name = '', key = ''] = /^\/?([^/]+)\/(.+)$/s.exec(decodeURIComponent(path)) ?? []
  const from = store.bucket(name)
  const source = lookUp(from, key, new URLSearchParams(query).get('versionId'))
  checkRead(headers, source, 'x-amz-copy-source-')
  return { source, from }
}

export const getObjectTagging: Operation = (request) => {
  const { tags } = findObject(request)
  const list = Object.entries(tags).map(([Key, Value]) => ({ Key, Value }))
  return { body: writeXml('Tagging', { TagSet: { Tag: list } }) }
}

export const putObjectTagging: Operation = async (request) => {
  const object = findObject(request)
  const [set] = childrenOf(readXml(await receiveText(request), 'Tagging'), 'TagSet')
  if (set === undefined) throw s3Error('MalformedXML')
  const pairs = childrenOf(set, 'Tag').map((tag) => [
    textOf(tag, 'Key') ?? '',
    textOf(tag, 'Value') ?? '',
  ])
  object.tags = parseTags(new URLSearchParams(pairs).toString())
  bucketOf(request).update(object)
  return { headers: versionHeader(object) }
}

export const deleteObjectTagging: Operation = (request) => {
  const object = findObject(request)
  object.tags = {}
  bucketOf(request).update(object)
  return { status: 204 }
}
