// SPDX-License-Identifier: Apache-2.0
/**
 * Large content: parts side by side, uploads that are taken up again, downloads by ranges, files.
 *
 * @module
 */

import type { UploadState } from '@s3-cse/client'
import { assert, assertBytes, assertEqual, assertRejects, content, type Check } from './check.ts'
import {
  bodyOf,
  controlS3,
  encryptionClient,
  freshObject,
  stored,
  type ObjectName,
} from './account.ts'
import type { Library } from './library.ts'
import { readsAll, writings } from './policies.ts'

const MiB = 2 ** 20
const small = { partSize: 5 * MiB }
const plaintext = content(12 * MiB + 7)

async function downloaded(library: Library, object: ObjectName, options = {}) {
  const memory = library.client.memorySink()
  await encryptionClient(library, { ...small, ...readsAll, ...options }).download(object, memory)
  assert(memory.bytes !== undefined, 'the sink was committed')
  return memory.bytes
}

const multipart: Check<Library>[] = [
  ...writings.map(({ name, policy }) => ({
    name: `in parts and back by ranges: ${name}`,
    async run(library: Library) {
      const object = freshObject(library)
      const client = encryptionClient(library, { ...small, ...(policy as object) })
      const { ETag } = await client.putObject({ ...object, Body: new Blob([plaintext]).stream() })
      assert(/-3"$/.test(ETag ?? ''), `three parts, not ${ETag}`)
      assertBytes(await downloaded(library, object), plaintext)
      const whole = await encryptionClient(library, readsAll).getObject(object)
      assertBytes(await bodyOf(whole), plaintext)
    },
  })),
  {
    name: 'plain commands, parts in any order',
    async run(library) {
      const object = freshObject(library)
      const { sdk, client: packageOf } = library
      const client = encryptionClient(library)
      const created = await client.send(
        new sdk.CreateMultipartUploadCommand(packageOf.withEncryption(object, small)),
      )
      const upload = { ...object, UploadId: created.UploadId }
      const Parts = await Promise.all(
        [3, 1, 2].map(async (PartNumber) => {
          const Body = plaintext.subarray((PartNumber - 1) * 5 * MiB, PartNumber * 5 * MiB)
          const { ETag } = await client.send(
            new sdk.UploadPartCommand({ ...upload, PartNumber, Body }),
          )
          return { PartNumber, ETag }
        }),
      )
      Parts.sort((a, b) => a.PartNumber - b.PartNumber)
      const completion = { ...upload, MultipartUpload: { Parts } }
      await client.send(new sdk.CompleteMultipartUploadCommand(completion))
      assertBytes(await downloaded(library, object), plaintext)
    },
  },
  {
    name: 'a part that fails is sent again',
    async run(library) {
      const object = freshObject(library)
      const fault = { operation: 'UploadPart', key: object.Key, partNumber: 2, kind: 'status' }
      await controlS3(library, 'faults', { ...fault, status: 503, code: 'SlowDown' })
      await encryptionClient(library, small).putObject({ ...object, Body: plaintext })
      assertBytes(await downloaded(library, object), plaintext)
    },
  },
  {
    name: 'a failure for good leaves no upload behind',
    async run(library) {
      const object = freshObject(library)
      const fault = { operation: 'UploadPart', key: object.Key, kind: 'status', times: null }
      await controlS3(library, 'faults', { ...fault, status: 403, code: 'AccessDenied' })
      const client = encryptionClient(library, small)
      const put = client.putObject({ ...object, Body: plaintext })
      const error: unknown = await put.catch((reason: unknown) => reason)
      assertEqual((error as Error).name, 'AccessDenied')
      const { Uploads = [] } = await client.send(
        new library.sdk.ListMultipartUploadsCommand({ Bucket: object.Bucket }),
      )
      assert(!Uploads.some(({ Key }) => Key === object.Key), 'the upload was aborted')
    },
  },
]

/** Sends until the last part, which S3 refuses; gives the state as JSON gives it back. */
async function interrupted(library: Library, object: ObjectName): Promise<UploadState> {
  const fault = { operation: 'UploadPart', key: object.Key, partNumber: 3, kind: 'status' }
  await controlS3(library, 'faults', { ...fault, status: 403, code: 'AccessDenied' })
  const onState = () => undefined
  const options = { ...small, partsInFlight: 1 }
  const upload = encryptionClient(library, options).upload(
    { ...object, Body: plaintext },
    { onState },
  )
  const error = await assertRejects(upload, 'ERR_UPLOAD_INTERRUPTED')
  return JSON.parse(JSON.stringify((error as Error & { state: unknown }).state)) as UploadState
}

const uploads: Check<Library>[] = [
  {
    name: 'an upload is taken up again from JSON by another client',
    async run(library) {
      const object = freshObject(library)
      const resume = await interrupted(library, object)
      assertEqual(
        resume.parts.map(({ PartNumber }) => PartNumber),
        [1, 2],
      )
      await encryptionClient(library, small).upload({ ...object, Body: plaintext }, { resume })
      assertBytes(await downloaded(library, object), plaintext)
    },
  },
  {
    name: 'progress',
    async run(library) {
      const seen: number[] = []
      const onProgress = ({ sent }: { sent: number }) => seen.push(sent)
      const input = { ...freshObject(library), Body: new Blob([plaintext]) }
      await encryptionClient(library, small).upload(input, { onProgress })
      assertEqual(seen.at(-1), plaintext.length + 16)
    },
  },
]

const downloads: Check<Library>[] = [
  ...[0, 1, 5 * MiB - 16, 5 * MiB, 5 * MiB + 1].map((size) => ({
    name: `download of ${size} bytes`,
    async run(library: Library) {
      const object = freshObject(library)
      const Body = plaintext.subarray(0, size)
      await encryptionClient(library, small).putObject({ ...object, Body })
      assertBytes(await downloaded(library, object), Body)
    },
  })),
  {
    name: 'a download shows nothing of an altered object',
    async run(library) {
      const object = freshObject(library)
      await encryptionClient(library, small).putObject({ ...object, Body: plaintext })
      const { body } = await stored(library, object)
      const flip = { bucket: object.Bucket, key: object.Key, offset: body.length - 100 }
      await controlS3(library, 'flip', flip)
      const memory = library.client.memorySink()
      const download = encryptionClient(library, small).download(object, memory)
      await assertRejects(download, 'ERR_DECRYPTION_FAILED')
      assertEqual(memory.bytes, undefined)
    },
  },
  {
    name: 'a range that breaks is taken up where it broke',
    async run(library) {
      const object = freshObject(library)
      await encryptionClient(library, small).putObject({ ...object, Body: plaintext })
      const fault = { operation: 'GetObject', key: object.Key, skip: 1, kind: 'reset' }
      await controlS3(library, 'faults', { ...fault, on: 'response', afterBytes: 2 * MiB })
      assertBytes(await downloaded(library, object), plaintext)
    },
  },
  {
    name: 'a stream gets plaintext by name of the danger',
    async run(library) {
      const object = freshObject(library)
      await encryptionClient(library, small).putObject({ ...object, Body: plaintext })
      const { readable, writable } = new TransformStream<Uint8Array, Uint8Array>()
      const read = new Response(readable).arrayBuffer()
      const sink = library.client.streamSink(writable, { delayedAuthentication: true })
      await encryptionClient(library, small).download(object, sink)
      assertBytes(new Uint8Array(await read), plaintext)
    },
  },
]

export const transferChecks: Check<Library>[] = [...multipart, ...uploads, ...downloads]
