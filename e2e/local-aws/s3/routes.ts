// SPDX-License-Identifier: Apache-2.0
/**
 * Which operation a request asks for.
 *
 * @module
 */

import * as buckets from './buckets.ts'
import { s3Error } from './errors.ts'
import { listObjects } from './listing.ts'
import * as multipart from './multipart.ts'
import * as objects from './objects.ts'
import type { Address, Operation } from './request.ts'

/** Method, what is addressed, the subresource after `?`, and `copy` if the content comes from a copy source. */
const routes: Readonly<Record<string, readonly [name: string, operation: Operation]>> = {
  'GET service': ['ListBuckets', buckets.listBuckets],

  'PUT bucket': ['CreateBucket', buckets.createBucket],
  'HEAD bucket': ['HeadBucket', buckets.headBucket],
  'DELETE bucket': ['DeleteBucket', buckets.deleteBucket],
  'GET bucket': ['ListObjectsV2', listObjects],
  'GET bucket?location': ['GetBucketLocation', buckets.getBucketLocation],
  'GET bucket?versioning': ['GetBucketVersioning', buckets.getBucketVersioning],
  'PUT bucket?versioning': ['PutBucketVersioning', buckets.putBucketVersioning],
  'GET bucket?uploads': ['ListMultipartUploads', multipart.listMultipartUploads],
  'POST bucket?delete': ['DeleteObjects', objects.deleteObjects],

  'PUT object': ['PutObject', objects.putObject],
  'PUT object copy': ['CopyObject', objects.copyObject],
  'GET object': ['GetObject', objects.getObject],
  'HEAD object': ['HeadObject', objects.headObject],
  'DELETE object': ['DeleteObject', objects.deleteObject],
  'GET object?tagging': ['GetObjectTagging', objects.getObjectTagging],
  'PUT object?tagging': ['PutObjectTagging', objects.putObjectTagging],
  'DELETE object?tagging': ['DeleteObjectTagging', objects.deleteObjectTagging],

  'POST object?uploads': ['CreateMultipartUpload', multipart.createMultipartUpload],
  'PUT object?uploadId': ['UploadPart', multipart.uploadPart],
  'PUT object?uploadId copy': ['UploadPartCopy', multipart.uploadPartCopy],
  'POST object?uploadId': ['CompleteMultipartUpload', multipart.completeMultipartUpload],
  'DELETE object?uploadId': ['AbortMultipartUpload', multipart.abortMultipartUpload],
  'GET object?uploadId': ['ListParts', multipart.listParts],
}

/** Query parameters that address something else than the bucket or object itself. */
const subresources = new Set(
  (
    'accelerate acl analytics attributes cors delete encryption intelligent-tiering inventory ' +
    'legal-hold lifecycle location logging metrics notification object-lock ownershipControls ' +
    'policy policyStatus publicAccessBlock replication requestPayment restore retention select ' +
    'tagging torrent uploadId uploads versioning versions website'
  ).split(' '),
)

export interface Route {
  readonly name: string
  readonly run: Operation
}

/** @throws from `run`, so that an unknown request is refused only after its signature was checked. */
export function route(
  method: string,
  { bucket, key, query }: Address,
  headers: Readonly<Record<string, string>>,
): Route {
  const level = bucket === '' ? 'service' : key === '' ? 'bucket' : 'object'
  const subresource = [...query.keys()].find((name) => subresources.has(name))
  const copy = method === 'PUT' && headers['x-amz-copy-source'] !== undefined ? ' copy' : ''
  const found =
    routes[`${method} ${level}${subresource === undefined ? '' : `?${subresource}`}${copy}`]
  if (found !== undefined) return { name: found[0], run: found[1] }
  return {
    name: 'Unknown',
    run() {
      throw s3Error(subresource === undefined ? 'MethodNotAllowed' : 'NotImplemented')
    },
  }
}
