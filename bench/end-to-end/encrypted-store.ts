// SPDX-License-Identifier: Apache-2.0
import type { S3EncryptionClient, Sink } from '@s3-cse/node'
import { checkLength, type Store } from './store.ts'

/** This library as it comes. */
export function encryptedStore(client: S3EncryptionClient, Bucket: string): Store {
  return {
    async putSmall(Key, Body) {
      await client.putObject({ Bucket, Key, Body })
    },
    async getSmall(Key) {
      const { Body, ContentLength } = await client.getObject({ Bucket, Key })
      checkLength((await Body?.transformToByteArray())?.length ?? 0, ContentLength)
    },
    async putLarge(Key, Body) {
      await client.upload({ Bucket, Key, Body })
    },
    async getLarge(Key) {
      let read = 0
      const nowhere: Sink = {
        open: () =>
          Promise.resolve({
            write(_, bytes) {
              read += bytes.length
              return Promise.resolve()
            },
            commit: () => Promise.resolve(),
            abort: () => Promise.resolve(),
          }),
      }
      const { ContentLength } = await client.download({ Bucket, Key }, nowhere)
      checkLength(read, ContentLength)
    },
  }
}
