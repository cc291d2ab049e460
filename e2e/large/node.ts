// SPDX-License-Identifier: Apache-2.0
/**
 * 5 GiB up and down in Node.js, in bounded memory.
 *
 * @module
 */

import { CreateBucketCommand, S3Client } from '@aws-sdk/client-s3'
import { rawAesKeyring, S3EncryptionClient } from '@s3-cse/node'
import { startLocalS3 } from '../local-aws/process.ts'
import { comparingSink, generatedSource } from './generated.ts'

const GiB = 2 ** 30
const MiB = 2 ** 20
const SIZE = 5 * GiB + 7 // beyond the 32 bits of a length, and no whole block
// Four parts of 7 MiB at work, twice, what the SDK and the garbage collector hold of them, and no more
// than that for any length.
const MOST_MEMORY = 256 * MiB

const MINUTES_AT_MOST = 10

const server = await startLocalS3()
const { endpoint, credentials } = server
const config = { endpoint, credentials, region: 'us-east-1', forcePathStyle: true }
const plain = new S3Client(config)
const keyring = rawAesKeyring({ wrappingKey: crypto.getRandomValues(new Uint8Array(32)) })
const client = new S3EncryptionClient({ ...config, keyring })

setTimeout(() => {
  throw new Error(`not done after ${MINUTES_AT_MOST} minutes`)
}, MINUTES_AT_MOST * 60_000).unref()

let peak = 0
const watch = setInterval(() => {
  peak = Math.max(peak, process.memoryUsage.rss())
}, 50)

/** Does something, and refuses to have taken more memory than it may. */
async function bounded(name: string, work: () => Promise<unknown>): Promise<void> {
  const idle = process.memoryUsage.rss()
  const start = Date.now()
  peak = idle
  await work()
  const used = peak - idle
  const [seconds, mebibytes] = [(Date.now() - start) / 1000, Math.round(used / MiB)]
  console.log(`${name}: ${SIZE} bytes, ${seconds} s, ${mebibytes} MiB above idle`)
  if (used > MOST_MEMORY) throw new Error(`${name}: at most ${MOST_MEMORY / MiB} MiB were expected`)
}

try {
  const object = { Bucket: 'bucket', Key: 'large' }
  await plain.send(new CreateBucketCommand({ Bucket: object.Bucket }))
  await bounded('upload', () => client.upload({ ...object, Body: generatedSource(SIZE) }))
  const sink = comparingSink()
  await bounded('download', () => client.download(object, sink))
  if (sink.compared !== SIZE) throw new Error(`${sink.compared} bytes came back`)
} finally {
  clearInterval(watch)
  client.destroy()
  plain.destroy()
  await server.stop()
}
