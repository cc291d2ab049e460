// SPDX-License-Identifier: Apache-2.0
/**
 * The ways to authenticate what `GetObject` returns: in memory, by two passes, or later.
 *
 * @module
 */

import { assertBytes, assertEqual, assertRejects, content, type Check } from './check.ts'
import { bodyOf, controlS3, encryptionClient, freshObject } from './account.ts'
import type { Library } from './library.ts'

const plaintext = content(2_500_003)

const modes = [
  { name: 'buffered', options: {} },
  { name: 'two passes', options: { twoPassAuthentication: true } },
  { name: 'delayed', options: { delayedAuthentication: true } },
] as const

async function put(library: Library) {
  const object = freshObject(library)
  await encryptionClient(library).putObject({ ...object, Body: plaintext })
  return object
}

const modeChecks: Check<Library>[] = modes.flatMap(({ name, options }) => [
  {
    name: `${name}: the content`,
    async run(library: Library) {
      const object = await put(library)
      const output = await encryptionClient(library, options).getObject(object)
      assertEqual(output.ContentLength, plaintext.length)
      assertBytes(await bodyOf(output), plaintext)
    },
  },
  ...[0, 1_250_000, plaintext.length + 15].map((offset) => ({
    name: `${name}: a bit flipped at ${offset} is found`,
    async run(library: Library) {
      const object = await put(library)
      await controlS3(library, 'flip', { bucket: object.Bucket, key: object.Key, offset })
      const output = encryptionClient(library, options).getObject(object)
      // Only with delayed authentication the response comes before the error.
      const failing = name === 'delayed' ? output.then(bodyOf) : output
      const error = await assertRejects(failing, 'ERR_DECRYPTION_FAILED')
      assertEqual(error.name, 'S3EncryptionSecurityError')
    },
  })),
])

const others: Check<Library>[] = [
  {
    name: 'a stream that is left early ends',
    async run(library) {
      const object = await put(library)
      const client = encryptionClient(library, { delayedAuthentication: true })
      const { Body } = await client.getObject(object)
      const reader = (Body?.transformToWebStream() as ReadableStream<Uint8Array>).getReader()
      assertEqual((await reader.read()).done, false)
      await reader.cancel()
    },
  },
  {
    name: 'an object that is replaced between two passes is refused',
    async run(library) {
      const object = await put(library)
      const client = encryptionClient(library, { twoPassAuthentication: true })
      const fault = { operation: 'GetObject', key: object.Key, skip: 1, kind: 'status' }
      await controlS3(library, 'faults', { ...fault, status: 412, code: 'PreconditionFailed' })
      await assertRejects(client.getObject(object), 'ERR_OBJECT_CHANGED')
    },
  },
]

export const readingChecks: Check<Library>[] = [...modeChecks, ...others]
