// SPDX-License-Identifier: Apache-2.0
/**
 * Operations on buckets.
 *
 * @module
 */

import { s3Error } from './errors.ts'
import { receiveText } from './receive.ts'
import { bucketOf, isoDate, type Operation } from './request.ts'
import { readXml, textOf, writeXml } from './xml.ts'

const OWNER = { ID: '0'.repeat(64), DisplayName: 'local' }

/** Three to 63 of these, which also keeps a bucket from naming another directory. */
const BUCKET_NAME = /^[a-z0-9][a-z0-9.-]{1,61}[a-z0-9]$/

export const createBucket: Operation = async (request) => {
  const { store, bucket } = request
  if (!BUCKET_NAME.test(bucket) || bucket.includes('..')) throw s3Error('InvalidBucketName')
  await receiveText({ ...request, headers: { 'content-length': '0', ...request.headers } })
  if (store.has(bucket)) throw s3Error('BucketAlreadyOwnedByYou', undefined, { BucketName: bucket })
  store.create(bucket)
  return { headers: { location: `/${bucket}` } }
}

export const headBucket: Operation = (request) => {
  bucketOf(request)
  return { headers: { 'x-amz-bucket-region': 'us-east-1' } }
}

export const deleteBucket: Operation = ({ store, bucket }) => {
  store.remove(bucket)
  return { status: 204 }
}

export const listBuckets: Operation = ({ store }) => ({
  body: writeXml('ListAllMyBucketsResult', {
    Owner: OWNER,
    Buckets: {
      Bucket: store.list().map(({ name, created }) => ({
        Name: name,
        CreationDate: isoDate(created),
      })),
    },
  }),
})

/** Empty for us-east-1. */
export const getBucketLocation: Operation = (request) => {
  bucketOf(request)
  return { body: writeXml('LocationConstraint', '') }
}

export const getBucketVersioning: Operation = (request) => ({
  body: writeXml('VersioningConfiguration', { Status: bucketOf(request).versioning }),
})

export const putBucketVersioning: Operation = async (request) => {
  const bucket = bucketOf(request)
  const document = readXml(await receiveText(request), 'VersioningConfiguration')
  const status = textOf(document, 'Status')
  if (status !== 'Enabled' && status !== 'Suspended') throw s3Error('MalformedXML')
  bucket.setVersioning(status)
  return {}
}
