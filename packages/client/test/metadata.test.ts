// SPDX-License-Identifier: Apache-2.0
import { randomBytes } from 'node:crypto'
import {
  CreateMultipartUploadCommand,
  HeadObjectCommand,
  PutObjectCommand,
  type GetObjectCommandOutput,
} from '@aws-sdk/client-s3'
import { DecryptCommand, KMSClient } from '@aws-sdk/client-kms'
import { memorySink, rawAesKeyring, type S3EncryptionClient } from '@s3-cse/client'
import { describe, expect, test } from 'vitest'
import { raw } from '../../../e2e/local-aws/testing.ts'
import { decryptIndependently } from './decrypt-independently.ts'
import { BUCKET, bytes, freshKey, readsAll, useAccount } from './support.ts'
import { writers, type Writer } from './written.ts'

const account = useAccount()
const wrappingKey = randomBytes(32)
const plaintext = Buffer.from('Some sensitive data')
const FORBID = 'FORBID_ENCRYPT_ALLOW_DECRYPT'

/** The characters by which Node.js puts UTF-8 into a header. */
const rawUtf8 = (text: string) => Buffer.from(text, 'utf8').toString('latin1')

/** Puts an object with raw UTF-8 in its metadata, as clients in Go and C++ do. */
async function storeUtf8(Key: string, body: Buffer, metadata: Record<string, string>) {
  const headers = Object.entries(metadata).map(
    ([name, value]) => [`x-amz-meta-${name}`, rawUtf8(value)] as const,
  )
  const path = `/${BUCKET}/${Key}`
  const request = { method: 'PUT', path, headers: Object.fromEntries(headers), body }
  expect(await raw(account.aws, request)).toMatchObject({ status: 200 })
}

const descriptions = {
  'mostly ASCII': { department: 'Buchhaltung Köln', id: '12' },
  'hardly any ASCII': { отдел: 'бухгалтерия', 部: '経理' },
  'beyond the basic plane': { '🔑': '𝄞 clef' },
  'an encoded word of its own': { subject: '=?UTF-8?B?w4PCtg==?= ö' },
}
const kinds = Object.entries(descriptions)

/** Reads by the description alone: the default key is another. */
const chosen = (materialDescription: Record<string, string>) =>
  rawAesKeyring({
    wrappingKey: randomBytes(32),
    additionalKeys: [{ materialDescription, wrappingKey }],
    enableLegacyWrappingAlgorithms: true,
  })

describe('metadata that S3 encoded twice', () => {
  const keys: Record<Writer, string> = {
    'V3, 115': 'x-amz-m',
    'V2, GCM': 'x-amz-matdesc',
    'V2, CBC': 'x-amz-matdesc',
    'V1, CBC': 'x-amz-matdesc',
  }
  const cases = (Object.keys(keys) as Writer[]).flatMap((writer) =>
    kinds.map(([kind, description]) => [writer, kind, description] as const),
  )

  test.each(cases)('%s, material description with %s', async (writer, _, description) => {
    const object = { Bucket: BUCKET, Key: freshKey() }
    const { body, metadata } = writers[writer](wrappingKey, plaintext)
    const value = JSON.stringify(description)
    await storeUtf8(object.Key, body, { ...metadata, [keys[writer]]: value })
    const returned = await account.plain.send(new HeadObjectCommand(object))
    expect(returned.Metadata?.[keys[writer]]).toMatch(/^=\?UTF-8\?[BQ]\?[\x21-\x7e]+\?=$/)

    const client = account.client({ ...readsAll, keyring: chosen(description) })
    expect(await bytes(await client.getObject(object))).toEqual(plaintext)
    const ranged = await client.getObject({ ...object, Range: 'bytes=5-13' })
    expect(await bytes(ranged)).toEqual(plaintext.subarray(5, 14))
    const sink = memorySink()
    await client.download(object, sink)
    expect(sink.bytes).toEqual(Uint8Array.from(plaintext))
    const head = await client.headObject(object)
    expect(head.ClientSideEncryption?.materialDescription).toEqual(description)
  })

  test.each(kinds)('the encryption context of KMS, %s', async (_, encryptionContext) => {
    for (const [options, key] of [
      [{}, 'x-amz-t'],
      [{ commitmentPolicy: FORBID }, 'x-amz-matdesc'],
    ] as const) {
      const object = { Bucket: BUCKET, Key: freshKey() }
      const client = account.client(options)
      await client.putObject({ ...object, Body: plaintext }, { encryptionContext })
      const { metadata, body } = await account.stored(object.Key)
      const map = JSON.parse(metadata[key] ?? '') as object
      await storeUtf8(object.Key, body, { ...metadata, [key]: JSON.stringify(map) })
      expect(await bytes(await client.getObject(object, { encryptionContext }))).toEqual(plaintext)
      await expect(client.getObject(object)).rejects.toMatchObject({
        code: 'ERR_ENCRYPTION_CONTEXT_MISMATCH',
      })
    }
  })
})

describe('metadata that is not ASCII, written', () => {
  test.each(kinds)('material description with %s', async (_, materialDescription) => {
    for (const [options, key] of [
      [{}, 'x-amz-m'],
      [{ commitmentPolicy: FORBID }, 'x-amz-matdesc'],
    ] as const) {
      const Key = freshKey()
      const keyring = rawAesKeyring({ wrappingKey, materialDescription })
      await account
        .client({ keyring, ...options })
        .putObject({ Bucket: BUCKET, Key, Body: plaintext })
      const { metadata, body } = await account.stored(Key)
      expect(metadata[key]).toMatch(/^[\x20-\x7e]+$/)
      expect(JSON.parse(metadata[key] ?? '')).toEqual(materialDescription)
      expect(decryptIndependently(wrappingKey, metadata, body)).toEqual(plaintext)
    }
  })

  test.each(kinds)('encryption context with %s: KMS gets it unescaped', async (_, context) => {
    const Key = freshKey()
    const call = { encryptionContext: context }
    await account.client().putObject({ Bucket: BUCKET, Key, Body: plaintext }, call)
    const { metadata } = await account.stored(Key)
    expect(metadata['x-amz-t']).toMatch(/^[\x20-\x7e]+$/)
    const kms = new KMSClient(account.kmsConfig())
    const { Plaintext } = await kms.send(
      new DecryptCommand({
        CiphertextBlob: Buffer.from(metadata['x-amz-3'] ?? '', 'base64'),
        EncryptionContext: { ...context, 'aws:x-amz-cek-alg': '115' },
      }),
    )
    expect(Plaintext).toHaveLength(32)
  })
})

test("an encoded word of the user's own is read as it was written, by everybody", async () => {
  const object = { Bucket: BUCKET, Key: freshKey() }
  const encryptionContext = { subject: '=?UTF-8?Q?Gr=C3=BC=C3=9Fe?=' }
  await account.client().putObject({ ...object, Body: plaintext }, { encryptionContext })
  const { metadata, body } = await account.stored(object.Key)
  // Other clients decode whatever looks like such a word.
  expect(metadata['x-amz-t']).not.toContain('=?')
  const map = JSON.parse(metadata['x-amz-t'] ?? '') as object
  expect(map).toEqual({ ...encryptionContext, 'aws:x-amz-cek-alg': '115' })
  for (const value of [metadata['x-amz-t'] ?? '', JSON.stringify(map)]) {
    await account.store(object.Key, body, { ...metadata, 'x-amz-t': value })
    const output = await account.client().getObject(object, { encryptionContext })
    expect(await bytes(output)).toEqual(plaintext)
  }
})

describe('stores that are not Amazon S3', () => {
  /** A client that gets metadata in another shape. */
  function altered(change: (metadata: Record<string, string>) => Record<string, string>) {
    const keyring = chosen(descriptions['hardly any ASCII'])
    const client = account.client({ ...readsAll, keyring })
    client.middlewareStack.add(
      (next) => async (args) => {
        const answer = await next(args)
        const output = answer.output as GetObjectCommandOutput
        output.Metadata = change(output.Metadata ?? {})
        return answer
      },
      { step: 'initialize', priority: 'low', name: 'altered' },
    )
    return client
  }
  const names =
    (rename: (name: string) => string) =>
    (metadata: Record<string, string>): Record<string, string> =>
      Object.fromEntries(Object.entries(metadata).map(([name, value]) => [rename(name), value]))
  const described = JSON.stringify(descriptions['hardly any ASCII'])
  const values = (value: string) => (metadata: Record<string, string>) => ({
    ...metadata,
    ['x-amz-c' in metadata ? 'x-amz-m' : 'x-amz-matdesc']: value,
  })

  test.each<[string, Parameters<typeof altered>[0]]>([
    ['names in capitals', names((name) => name.toUpperCase())],
    ['names as Go writes them', names((name) => name.replace(/\b[a-z]/g, (c) => c.toUpperCase()))],
    ['values in UTF-8, read as Latin-1', values(rawUtf8(described))],
    ['values in UTF-8, read as such', values(described)],
    ['values encoded once', values(`=?utf-8?B?${Buffer.from(described).toString('base64')}?=`)],
  ])('%s', async (_, change) => {
    for (const writer of Object.keys(writers) as Writer[]) {
      const object = { Bucket: BUCKET, Key: freshKey() }
      const { body, metadata } = writers[writer](wrappingKey, plaintext)
      const key = writer === 'V3, 115' ? 'x-amz-m' : 'x-amz-matdesc'
      await storeUtf8(object.Key, body, { ...metadata, [key]: described })
      const client = altered(change)
      expect(await bytes(await client.getObject(object))).toEqual(plaintext)
      expect((await client.headObject(object)).ClientSideEncryption).toMatchObject({
        materialDescription: descriptions['hardly any ASCII'],
      })
    }
  })
})

test('entries that are empty are as good as none', async () => {
  const object = { Bucket: BUCKET, Key: freshKey() }
  const client = account.client({ ...readsAll, keyring: rawAesKeyring({ wrappingKey }) })
  const empty = { 'x-amz-m': '', 'x-amz-t': '', 'x-amz-unencrypted-content-length': '' }
  const v3 = writers['V3, 115'](wrappingKey, plaintext)
  await account.store(object.Key, v3.body, { ...v3.metadata, ...empty })
  expect(await bytes(await client.getObject(object))).toEqual(plaintext)
  expect((await client.headObject(object)).ContentLength).toBe(plaintext.length)
})

test('an envelope among the user metadata, of a copied object for example, gives way', async () => {
  const object = { Bucket: BUCKET, Key: freshKey() }
  const client = account.client({ keyring: rawAesKeyring({ wrappingKey }) })
  const Metadata = { Owner: 'me', 'X-Amz-Key-V2': 'AAAA', 'X-AMZ-3': 'BBBB', 'x-amz-iv': 'CCCC' }
  await client.putObject({ ...object, Body: plaintext, Metadata })
  const { metadata } = await account.stored(object.Key)
  expect(Object.keys(metadata).sort()).toEqual([
    'owner',
    'x-amz-3',
    'x-amz-c',
    'x-amz-d',
    'x-amz-i',
    'x-amz-w',
  ])
  expect(await bytes(await client.getObject(object))).toEqual(plaintext)
})

describe('the 2,048 bytes that S3 stores', () => {
  const size = (metadata: Record<string, string>) =>
    Buffer.byteLength(Object.entries(metadata).flat().join(''))

  const writes: Record<
    string,
    (client: S3EncryptionClient, Key: string, Metadata: Record<string, string>) => Promise<unknown>
  > = {
    putObject: (client, Key, Metadata) =>
      client.putObject({ Bucket: BUCKET, Key, Body: plaintext, Metadata }),
    'PutObject of several parts': (client, Key, Metadata) =>
      client.send(
        new PutObjectCommand({ Bucket: BUCKET, Key, Body: Buffer.alloc(9 * 2 ** 20), Metadata }),
      ),
    'PutObject of a stream': (client, Key, Metadata) =>
      client.putObject({ Bucket: BUCKET, Key, Body: new Blob([plaintext]).stream(), Metadata }),
    CreateMultipartUpload: (client, Key, Metadata) =>
      client.send(new CreateMultipartUploadCommand({ Bucket: BUCKET, Key, Metadata })),
    upload: (client, Key, Metadata) =>
      client.upload({ Bucket: BUCKET, Key, Body: plaintext, Metadata }),
    'upload, resumable': (client, Key, Metadata) =>
      client.upload(
        { Bucket: BUCKET, Key, Body: Buffer.alloc(9 * 2 ** 20), Metadata },
        { onState: () => undefined },
      ),
  }

  test.each(Object.keys(writes))('%s', async (name) => {
    const write = writes[name] as (typeof writes)[string]
    const client = account.client()
    const probe = freshKey()
    await client.putObject({ Bucket: BUCKET, Key: probe, Body: plaintext })
    const room = 2048 - size((await account.stored(probe)).metadata) - 'note'.length
    await write(client, freshKey(), { note: 'x'.repeat(room) })

    account.aws.s3.requests.clear()
    const beyond = write(client, freshKey(), { note: 'x'.repeat(room + 1) })
    await expect(beyond).rejects.toMatchObject({ code: 'ERR_METADATA_TOO_LARGE' })
    await expect(beyond).rejects.toThrow(/2049 bytes.*instruction file/)
    expect(account.aws.s3.requests.entries).toHaveLength(0)

    const Key = freshKey()
    const withFile = account.client({ storage: 'instruction-file' })
    await write(withFile, Key, { note: 'x'.repeat(room + 1) })
    // What stays on the object counts too.
    const tooMuch = write(withFile, freshKey(), { note: 'ö'.repeat(1000) })
    await expect(tooMuch).rejects.toMatchObject({ code: 'ERR_METADATA_TOO_LARGE' })
  })
})
