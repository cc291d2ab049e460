// SPDX-License-Identifier: Apache-2.0
/**
 * Objects to S3 and back, by the encryption client and by the client without encryption at its best.
 *
 * @module
 */

import { S3EncryptionClient, rawAesKeyring } from '@s3-cse/node'
import { CreateBucketCommand, S3Client } from '@aws-sdk/client-s3'
import { answer, job } from '../child.ts'
import { compare, type Times } from '../measure.ts'
import { encryptedStore } from './encrypted-store.ts'
import { plainStore } from './plain-store.ts'
import type { Store } from './store.ts'

/** What the parent asks for. */
export interface EndToEndJob {
  readonly endpoint: string
  readonly credentials: { readonly accessKeyId: string; readonly secretAccessKey: string }
  readonly rounds: number
  readonly objects: number
  /** Bytes of the large object. */
  readonly large: number
}

/** One comparison. */
export interface EndToEndResult {
  readonly work: string
  readonly times: Times
}

const { endpoint, credentials, rounds, objects, large } = job() as EndToEndJob
const config = { endpoint, credentials, region: 'us-east-1', forcePathStyle: true }
const Bucket = `bench-${crypto.randomUUID()}`
const plainClient = new S3Client(config)
const keyring = rawAesKeyring({ wrappingKey: crypto.getRandomValues(new Uint8Array(32)) })
const encryptionClient = new S3EncryptionClient({ ...config, keyring })
await plainClient.send(new CreateBucketCommand({ Bucket }))

const stores = {
  's3-cse': encryptedStore(encryptionClient, Bucket),
  S3Client: plainStore(plainClient, Bucket),
}
const small = Uint8Array.from({ length: 1024 }, (_, i) => i)
const content = new Uint8Array(large).map((_, i) => i)

const IN_FLIGHT = 32 // small objects

async function many(work: (index: number) => Promise<void>): Promise<void> {
  let next = 0
  const worker = async () => {
    while (next < objects) await work(next++)
  }
  await Promise.all(Array.from({ length: IN_FLIGHT }, worker))
}

const workloads: Record<string, (store: Store, name: string) => Promise<void>> = {
  'put 1 KiB': (store, name) => many((index) => store.putSmall(`${name}/${index}`, small)),
  'get 1 KiB': (store, name) => many((index) => store.getSmall(`${name}/${index}`)),
  'put large': (store, name) => store.putLarge(name, content),
  'get large': (store, name) => store.getLarge(name),
}

const results: EndToEndResult[] = []
for (const [work, run] of Object.entries(workloads)) {
  const contestants = Object.entries(stores).map(([name, store]) => ({
    name,
    run: () => run(store, name),
  }))
  results.push({ work, times: await compare(contestants, { rounds, atLeast: 0 }) })
}
encryptionClient.destroy()
plainClient.destroy()
answer(results)
