// SPDX-License-Identifier: Apache-2.0
/**
 * Multipart uploads. Completing one moves no byte: the object is the list of its part files.
 *
 * @module
 */

import { createHash, randomBytes } from 'node:crypto'
import { omit } from '../record.ts'
import {
  assertChecksum,
  checksumAlgorithm,
  checksumElement,
  checksumHeader,
  combinedChecksum,
  compositeChecksum,
  type Checksum,
  type ChecksumAlgorithm,
  type ChecksumType,
} from './checksums.ts'
import { checkWrite } from './conditions.ts'
import { s3Error } from './errors.ts'
import { describe, writtenHeaders } from './metadata.ts'
import { checkKey, copySource } from './objects.ts'
import { parseRange } from './range.ts'
import { copyFile, receiveFile, receiveText } from './receive.ts'
import { bucketOf, integer, isoDate, quoted, type Operation, type S3Request } from './request.ts'
import type { Part, Upload } from './store.ts'
import { childrenOf, readXml, textOf, writeXml, type XmlElement, type XmlValue } from './xml.ts'

const SMALLEST_PART = 5 << 20 // bytes; the last part may be smaller
const MOST_PARTS = 10_000
const MOST_ON_A_PAGE = 1000

export const createMultipartUpload: Operation = (request) => {
  const { bucket: name, key, headers } = request
  checkKey(key)
  const algorithm = headers['x-amz-checksum-algorithm']
  const upload: Upload = {
    ...describe(headers),
    id: randomBytes(24).toString('base64url'),
    key,
    initiated: Date.now(),
    checksumAlgorithm: algorithm === undefined ? undefined : checksumAlgorithm(algorithm),
    checksumType: (headers['x-amz-checksum-type'] ??
      (algorithm === 'CRC64NVME' ? 'FULL_OBJECT' : 'COMPOSITE')) as ChecksumType,
    parts: new Map(),
  }
  bucketOf(request).uploads.set(upload.id, upload)
  return {
    headers:
      algorithm === undefined
        ? {}
        : {
            'x-amz-checksum-algorithm': algorithm,
            'x-amz-checksum-type': upload.checksumType,
          },
    body: writeXml('InitiateMultipartUploadResult', {
      Bucket: name,
      Key: key,
      UploadId: upload.id,
    }),
  }
}

/** @throws `NoSuchUpload` */
function uploadOf(request: S3Request): Upload {
  const id = request.query.get('uploadId') ?? ''
  const upload = bucketOf(request).uploads.get(id)
  if (upload?.key !== request.key) throw s3Error('NoSuchUpload', undefined, { UploadId: id })
  return upload
}

function partNumberOf({ partNumber = 0 }: S3Request): number {
  if (Number.isInteger(partNumber) && partNumber >= 1 && partNumber <= MOST_PARTS) return partNumber
  throw s3Error('InvalidArgument', 'Part number must be an integer between 1 and 10000, inclusive')
}

export const uploadPart: Operation = async (request) => {
  partNumberOf(request)
  const upload = uploadOf(request)
  const part = await receiveFile(request, bucketOf(request))
  const expected = upload.checksumAlgorithm
  if (expected !== undefined && part.checksum?.algorithm !== expected) {
    bucketOf(request).discard(part.file)
    const types = `expected checksum Type: ${expected.toLowerCase()}, actual checksum Type: `
    const actual = part.checksum?.algorithm.toLowerCase() ?? 'null'
    throw s3Error('InvalidRequest', `Checksum Type mismatch occurred, ${types}${actual}`)
  }
  addPart(request, part)
  return { headers: { etag: quoted(part.etag), ...partChecksum(part, checksumHeader) } }
}

/** The upload may have been aborted, or the part sent again, while this one was on its way. */
function addPart(request: S3Request, part: Part): void {
  const bucket = bucketOf(request)
  try {
    const { parts } = uploadOf(request)
    const former = parts.get(part.number)
    if (former !== undefined) bucket.discard(former.file)
    parts.set(part.number, part)
  } catch (error) {
    bucket.discard(part.file)
    throw error
  }
}

export const uploadPartCopy: Operation = async (request) => {
  const number = partNumberOf(request)
  uploadOf(request)
  const { source, from } = copySource(request)
  const header = request.headers['x-amz-copy-source-range']
  const range = parseRange(header, source.size)
  if (header !== undefined && (range === undefined || !header.endsWith(String(range.end)))) {
    throw s3Error('InvalidArgument', 'The x-amz-copy-source-range value must lie in the source')
  }
  const content = from.read(source, range ?? { start: 0, end: source.size - 1 })
  const part = await copyFile(content, bucketOf(request), number)
  addPart(request, part)
  return {
    body: writeXml('CopyPartResult', {
      ETag: quoted(part.etag),
      LastModified: isoDate(part.lastModified),
    }),
  }
}

export const completeMultipartUpload: Operation = async (request) => {
  const { bucket: name, key, headers } = request
  const bucket = bucketOf(request)
  uploadOf(request)
  // Whatever checksum stands in the headers is one of the object, not of this document.
  const document = await receiveText({ ...request, headers: withoutChecksums(headers) })
  const upload = uploadOf(request)
  const parts = chosenParts(
    upload,
    childrenOf(readXml(document, 'CompleteMultipartUpload'), 'Part'),
  )
  const size = parts.reduce((sum, part) => sum + part.size, 0)
  if (Number(headers['x-amz-mp-object-size'] ?? size) !== size) {
    throw s3Error('InvalidRequest', 'The provided x-amz-mp-object-size does not match the parts')
  }
  const md5 = createHash('md5')
  for (const { etag } of parts) md5.update(etag, 'hex')
  const checksum = checksumOf(upload, parts)
  checkObjectChecksum(headers, checksum)
  // A refused upload stays: it can be completed later, or be aborted.
  checkWrite(headers, bucket.current(key))
  const object = bucket.put({
    key,
    headers: upload.headers,
    metadata: upload.metadata,
    tags: upload.tags,
    etag: `${md5.digest('hex')}-${parts.length}`,
    size,
    multipart: true,
    parts,
    checksum,
  })
  bucket.uploads.delete(upload.id)
  for (const part of upload.parts.values()) if (!parts.includes(part)) bucket.discard(part.file)

  return {
    // The status line may have gone out long before the tag is known, so S3 has it in the body alone.
    headers: omit(writtenHeaders(object), ['etag']),
    body: writeXml('CompleteMultipartUploadResult', {
      Location: `http://${headers['host'] ?? ''}/${name}/${encodeURIComponent(key)}`,
      Bucket: name,
      Key: key,
      ETag: quoted(object.etag),
      ...(checksum && {
        [checksumElement(checksum.algorithm)]: checksum.value,
        ChecksumType: checksum.type,
      }),
    }),
  }
}

function partChecksum(
  { checksum }: Part,
  name: (algorithm: ChecksumAlgorithm) => string,
): Record<string, string> {
  return checksum === undefined ? {} : { [name(checksum.algorithm)]: checksum.value }
}

function withoutChecksums(headers: S3Request['headers']): Record<string, string> {
  return Object.fromEntries(
    Object.entries(headers).filter(([name]) => !name.startsWith('x-amz-checksum-')),
  )
}

/** @throws `InvalidPartOrder`, `InvalidPart`, `EntityTooSmall`, `MalformedXML` */
function chosenParts(upload: Upload, list: readonly XmlElement[]): Part[] {
  if (list.length === 0) throw s3Error('MalformedXML')
  const numbers = list.map((element) => Number(textOf(element, 'PartNumber')))
  if (numbers.some((number, i) => number <= (numbers[i - 1] ?? 0)))
    throw s3Error('InvalidPartOrder')
  const parts = list.map((element, i) => chosenPart(upload, element, numbers[i] as number))
  const small = parts.slice(0, -1).find(({ size }) => size < SMALLEST_PART)
  if (small !== undefined) {
    throw s3Error('EntityTooSmall', undefined, {
      ProposedSize: String(small.size),
      MinSizeAllowed: String(SMALLEST_PART),
      PartNumber: String(small.number),
      ETag: small.etag,
    })
  }
  return parts
}

function chosenPart(upload: Upload, element: XmlElement, number: number): Part {
  const part = upload.parts.get(number)
  const etag = textOf(element, 'ETag')?.replace(/"/g, '')
  const detail = { UploadId: upload.id, PartNumber: String(number), ETag: etag ?? '' }
  if (part === undefined || etag !== part.etag) throw s3Error('InvalidPart', undefined, detail)
  const { checksum } = part
  const repeated = checksum && textOf(element, checksumElement(checksum.algorithm))
  if (repeated !== undefined && repeated !== checksum?.value) {
    throw s3Error('InvalidPart', undefined, detail)
  }
  const required = upload.checksumAlgorithm !== undefined && upload.checksumType === 'COMPOSITE'
  if (required && repeated === undefined) {
    const algorithm = upload.checksumAlgorithm.toLowerCase()
    throw s3Error(
      'InvalidRequest',
      `The upload was created using a ${algorithm} checksum. The complete request must include ` +
        `the checksum for each part. It was missing for part ${number} in the request.`,
    )
  }
  return part
}

function checksumOf({ checksumType }: Upload, parts: readonly Part[]): Checksum | undefined {
  const algorithm = parts[0]?.checksum?.algorithm
  const values = parts.flatMap(({ checksum, size }) =>
    checksum && checksum.algorithm === algorithm ? [{ value: checksum.value, size }] : [],
  )
  if (algorithm === undefined || values.length < parts.length) return undefined
  return checksumType === 'FULL_OBJECT'
    ? combinedChecksum(algorithm, values)
    : compositeChecksum(
        algorithm,
        values.map(({ value }) => value),
      )
}

function checkObjectChecksum(headers: S3Request['headers'], actual: Checksum | undefined): void {
  if (actual === undefined) return
  const given = headers[checksumHeader(actual.algorithm)]
  if (given === undefined) return
  if (actual.type === 'FULL_OBJECT') assertChecksum(actual.algorithm, given)
  if (given.replace(/-\d+$/, '') !== actual.value.replace(/-\d+$/, '')) throw s3Error('BadDigest')
}

export const abortMultipartUpload: Operation = (request) => {
  const bucket = bucketOf(request)
  const upload = uploadOf(request)
  bucket.uploads.delete(upload.id)
  for (const { file } of upload.parts.values()) bucket.discard(file)
  return { status: 204 }
}

export const listParts: Operation = (request) => {
  const { query, bucket: name } = request
  const upload = uploadOf(request)
  const marker = integer(query, 'part-number-marker', 0)
  const limit = Math.min(integer(query, 'max-parts', MOST_ON_A_PAGE), MOST_ON_A_PAGE)
  const parts = [...upload.parts.values()]
    .filter(({ number }) => number > marker)
    .sort((a, b) => a.number - b.number)
  const page = parts.slice(0, limit)
  return {
    body: writeXml('ListPartsResult', {
      Bucket: name,
      Key: upload.key,
      UploadId: upload.id,
      StorageClass: upload.headers['x-amz-storage-class'] ?? 'STANDARD',
      ChecksumAlgorithm: upload.checksumAlgorithm,
      ChecksumType: upload.checksumAlgorithm && upload.checksumType,
      PartNumberMarker: marker,
      NextPartNumberMarker: page.at(-1)?.number,
      MaxParts: limit,
      IsTruncated: page.length < parts.length,
      Part: page.map((part): XmlValue => ({
        PartNumber: part.number,
        LastModified: isoDate(part.lastModified),
        ETag: quoted(part.etag),
        Size: part.size,
        ...partChecksum(part, checksumElement),
      })),
    }),
  }
}

export const listMultipartUploads: Operation = (request) => {
  const { query, bucket: name } = request
  const prefix = query.get('prefix') ?? ''
  const keyMarker = query.get('key-marker') ?? ''
  const idMarker = query.get('upload-id-marker') ?? ''
  const limit = Math.min(integer(query, 'max-uploads', MOST_ON_A_PAGE), MOST_ON_A_PAGE)
  const uploads = [...bucketOf(request).uploads.values()]
    .filter(({ key }) => key.startsWith(prefix))
    .filter(
      ({ key, id }) => key > keyMarker || (idMarker !== '' && key === keyMarker && id > idMarker),
    )
    .sort((a, b) => (a.key + a.id < b.key + b.id ? -1 : 1))
  const page = uploads.slice(0, limit)
  const truncated = page.length < uploads.length
  return {
    body: writeXml('ListMultipartUploadsResult', {
      Bucket: name,
      Prefix: prefix,
      KeyMarker: keyMarker,
      UploadIdMarker: idMarker,
      NextKeyMarker: truncated ? page.at(-1)?.key : undefined,
      NextUploadIdMarker: truncated ? page.at(-1)?.id : undefined,
      MaxUploads: limit,
      IsTruncated: truncated,
      Upload: page.map(({ key, id, initiated }) => ({
        Key: key,
        UploadId: id,
        Initiated: isoDate(initiated),
      })),
    }),
  }
}
