// SPDX-License-Identifier: Apache-2.0
/**
 * `PutObject` and `GetObject` against S3 and KMS over HTTP: every suite, every kind of body.
 *
 * @module
 */

import type { GetObjectCommandOutput, PutObjectCommandInput } from '@aws-sdk/client-s3'
import {
  assert,
  assertBytes,
  assertEqual,
  assertRejects,
  content,
  toHex,
  type Check,
} from './check.ts'
import {
  bodyOf,
  controlS3,
  encryptionClient,
  freshObject,
  keyringOn,
  plainClient,
  store,
  stored,
} from './account.ts'
import type { Library } from './library.ts'
import { readsAll, writings } from './policies.ts'

const plaintext = content(70_001)

const suiteChecks: Check<Library>[] = writings.map(({ name, suite, policy }) => ({
  name: `round trip: ${name}`,
  async run(library) {
    const object = freshObject(library)
    const client = encryptionClient(library, policy)
    const input = { ...object, Body: plaintext, ContentType: 'a/b', Metadata: { owner: 'me' } }
    await client.putObject(input)
    const output = await encryptionClient(library, readsAll).getObject(object)
    assertEqual([output.ContentType, output.Metadata?.['owner']], ['a/b', 'me'])
    assertBytes(await bodyOf(output), plaintext)
    const { body, metadata } = await stored(library, object)
    const { core } = library
    assertEqual(core.readEnvelope(core.envelopeFields(metadata)).suite.id, suite)
    assert(!toHex(body).includes(toHex(plaintext.subarray(0, 16))), 'S3 has no plaintext')
  },
}))

async function* generated(): AsyncGenerator<Uint8Array> {
  for (let at = 0; at < plaintext.length; at += 1000) {
    await Promise.resolve()
    yield plaintext.subarray(at, at + 1000)
  }
}

const text = 'a text with ünïcode 🔐'
const bodies: Readonly<Record<string, () => readonly [body: unknown, expected: Uint8Array]>> = {
  string: () => [text, new TextEncoder().encode(text)],
  Uint8Array: () => [plaintext, plaintext],
  ArrayBuffer: () => [plaintext.slice().buffer, plaintext],
  DataView: () => [new DataView(plaintext.buffer, 1, 99), plaintext.subarray(0, 99)],
  Blob: () => [new Blob([plaintext]), plaintext],
  'web stream': () => [new Blob([plaintext]).stream(), plaintext],
  'async generator': () => [generated(), plaintext],
  nothing: () => [undefined, new Uint8Array(0)],
}

const bodyChecks: Check<Library>[] = Object.entries(bodies).map(([kind, make]) => ({
  name: `body: ${kind}`,
  async run(library) {
    const object = freshObject(library)
    const [Body, expected] = make()
    const client = encryptionClient(library)
    await client.putObject({ ...object, Body } as PutObjectCommandInput)
    assertBytes(await bodyOf(await client.getObject(object)), expected)
  },
}))

type Transform = (body: NonNullable<GetObjectCommandOutput['Body']>) => Promise<unknown>

const transforms: Readonly<Record<string, readonly [transform: Transform, expected: unknown]>> = {
  transformToString: [(body) => body.transformToString(), text],
  'transformToString, base64': [
    (body) => body.transformToString('base64'),
    btoa(String.fromCharCode(...new TextEncoder().encode(text))),
  ],
  'transformToByteArray, then decoded': [
    async (body) => new TextDecoder().decode(await body.transformToByteArray()),
    text,
  ],
  transformToWebStream: [(body) => new Response(body.transformToWebStream()).text(), text],
}

const transformChecks: Check<Library>[] = Object.entries(transforms).map(
  ([name, [transform, expected]]) => ({
    name: `response: ${name}`,
    async run(library) {
      const object = freshObject(library)
      const client = encryptionClient(library)
      await client.putObject({ ...object, Body: text })
      const { Body } = await client.getObject(object)
      assert(Body !== undefined, 'a body')
      assertEqual(await transform(Body), expected)
    },
  }),
)

const others: Check<Library>[] = [
  {
    name: 'an encryption context is bound to the object',
    async run(library) {
      const object = freshObject(library)
      const client = encryptionClient(library)
      const encryptionContext = { tenant: '7', name: 'Ünï' }
      await client.putObject({ ...object, Body: plaintext }, { encryptionContext })
      const output = await client.getObject(object, { encryptionContext })
      assertBytes(await bodyOf(output), plaintext)
      const code = 'ERR_ENCRYPTION_CONTEXT_MISMATCH'
      await assertRejects(client.getObject(object), code)
      const other = { encryptionContext: { tenant: '8', name: 'Ünï' } }
      await assertRejects(client.getObject(object, other), code)
    },
  },
  {
    name: 'discovery reads with whichever KMS key wrote',
    async run(library) {
      const object = freshObject(library)
      await encryptionClient(library).putObject({ ...object, Body: plaintext })
      const keyring = keyringOn(library, { discovery: true })
      const output = await encryptionClient(library, { keyring }).getObject(object)
      assertBytes(await bodyOf(output), plaintext)
    },
  },
  {
    name: 'a raw AES keyring through the client',
    async run(library) {
      const object = freshObject(library)
      const keyring = library.core.rawAesKeyring({ wrappingKey: content(32) })
      const client = encryptionClient(library, { keyring })
      await client.putObject({ ...object, Body: plaintext })
      assertBytes(await bodyOf(await client.getObject(object)), plaintext)
    },
  },
  {
    name: 'the plugin on an S3 client that is there',
    async run(library) {
      const object = freshObject(library)
      const client = new library.sdk.S3(library.aws.s3Config)
      client.middlewareStack.use(
        library.client.s3Encryption({ client, keyring: keyringOn(library) }),
      )
      await client.putObject({ ...object, Body: plaintext })
      assertBytes(await bodyOf(await client.getObject(object)), plaintext)
    },
  },
  {
    name: 'what core encrypts the client reads',
    async run(library) {
      const object = freshObject(library)
      const keyring = library.core.rawAesKeyring({ wrappingKey: content(32) })
      const { body, metadata } = await library.core.encrypt(plaintext, { keyring })
      await store(library, object, body, { ...metadata })
      const output = await encryptionClient(library, { keyring }).getObject(object)
      assertBytes(await bodyOf(output), plaintext)
    },
  },
  {
    name: 'a request that is answered with 503 is sent again, as the same ciphertext',
    async run(library) {
      const object = freshObject(library)
      const fault = { operation: 'PutObject', key: object.Key, kind: 'status', status: 503 }
      await controlS3(library, 'faults', { ...fault, code: 'SlowDown', times: 1 })
      const client = encryptionClient(library)
      const output = await client.putObject({ ...object, Body: plaintext })
      assertEqual(output.$metadata.attempts, 2)
      assertBytes(await bodyOf(await client.getObject(object)), plaintext)
    },
  },
  {
    name: 'answers in XML: errors, lists and uploads',
    async run(library) {
      const client = encryptionClient(library)
      const { sdk, aws } = library
      const missing = { Bucket: aws.bucket, Key: 'missing <&> "é"' }
      const error: unknown = await client.getObject(missing).catch((reason: unknown) => reason)
      assertEqual((error as Error).name, 'NoSuchKey')
      const object = { Bucket: aws.bucket, Key: 'listed/<&> "é" + 100 %' }
      await client.putObject({ ...object, Body: 'x', ContentType: 'a/b' })
      const list = new sdk.ListObjectsV2Command({ Bucket: aws.bucket, Prefix: 'listed/' })
      const { Contents = [] } = await plainClient(library).send(list)
      assertEqual(
        Contents.map(({ Key, Size }) => ({ Key, Size })),
        [{ Key: object.Key, Size: 17 }],
      )
    },
  },
]

export const putGetChecks: Check<Library>[] = [
  ...suiteChecks,
  ...bodyChecks,
  ...transformChecks,
  ...others,
]
