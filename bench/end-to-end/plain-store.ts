// SPDX-License-Identifier: Apache-2.0
import {
  GetObjectCommand,
  HeadObjectCommand,
  PutObjectCommand,
  type S3Client,
} from '@aws-sdk/client-s3'
import { Upload } from '@aws-sdk/lib-storage'
import { checkLength, type Store } from './store.ts'

const PART = 8 * 2 ** 20 // bytes
const IN_FLIGHT = 4

/** The SDK's own client without encryption, with its transfer manager and ranges side by side. */
export function plainStore(client: S3Client, Bucket: string): Store {
  const get = async (Key: string, Range?: string) => {
    const { Body } = await client.send(new GetObjectCommand({ Bucket, Key, Range }))
    return (await Body?.transformToByteArray())?.length ?? 0
  }
  return {
    async putSmall(Key, Body) {
      await client.send(new PutObjectCommand({ Bucket, Key, Body }))
    },
    async getSmall(Key) {
      await get(Key)
    },
    async putLarge(Key, Body) {
      const params = { Bucket, Key, Body }
      await new Upload({ client, params, partSize: PART, queueSize: IN_FLIGHT }).done()
    },
    async getLarge(Key) {
      const { ContentLength = 0 } = await client.send(new HeadObjectCommand({ Bucket, Key }))
      let read = 0
      let next = 0
      const worker = async () => {
        while (next < ContentLength) {
          const start = next
          next += PART
          const length = await get(Key, `bytes=${start}-${Math.min(next, ContentLength) - 1}`)
          read += length
        }
      }
      await Promise.all(Array.from({ length: IN_FLIGHT }, worker))
      checkLength(read, ContentLength)
    },
  }
}
