import { createDecipheriv, hkdfSync } from 'node:crypto'
import { createReadStream, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { Readable } from 'node:stream'
import { DecryptCommand, KMSClient } from '@aws-sdk/client-kms'
import {
  GetObjectCommand,
  GetObjectTaggingCommand,
  PutObjectCommand,
  S3,
  type PutObjectCommandInput,
} from '@aws-sdk/client-s3'
import { s3Encryption, withEncryption } from '@s3-cse/client'
import { afterAll, describe, expect, test } from 'vitest'
import { BUCKET, bytes, freshKey, KEYS, OTHER_REGION, readsAll, useAccount } from './support.ts'

const account = useAccount()
const text = 'Grüße aus dem Browser'

describe('what S3 holds', () => {
  const field = (metadata: Record<string, string>, key: string) =>
    Buffer.from(metadata[key] ?? '', 'base64')

  async function kmsDecrypt(CiphertextBlob: Buffer, EncryptionContext: string | undefined) {
    const kms = new KMSClient(account.kmsConfig())
    const context = JSON.parse(EncryptionContext ?? '{}') as Record<string, string>
    const input = { CiphertextBlob, EncryptionContext: context }
    return Buffer.from((await kms.send(new DecryptCommand(input))).Plaintext ?? [])
  }

  test('suite 115 is format V3, readable with KMS and node:crypto alone', async () => {
    const Key = freshKey()
    const encryptionContext = { tenant: '7', ключ: 'значение' }
    await account.client().putObject({ Bucket: BUCKET, Key, Body: text }, { encryptionContext })
    const { metadata, body } = await account.stored(Key)

    const expected = ['x-amz-3', 'x-amz-c', 'x-amz-d', 'x-amz-i', 'x-amz-t', 'x-amz-w']
    expect(Object.keys(metadata).sort()).toEqual(expected)
    expect(metadata).toMatchObject({ 'x-amz-c': '115', 'x-amz-w': '12' })
    const context = JSON.parse(metadata['x-amz-t'] ?? '') as unknown
    expect(context).toEqual({ ...encryptionContext, 'aws:x-amz-cek-alg': '115' })
    expect(metadata['x-amz-t']).toMatch(/^[\x20-\x7e]*$/)

    const dataKey = await kmsDecrypt(field(metadata, 'x-amz-3'), metadata['x-amz-t'])
    const messageId = field(metadata, 'x-amz-i')
    const derive = (label: string, length: number) =>
      Buffer.from(hkdfSync('sha512', dataKey, messageId, `\0\x73${label}`, length))
    expect(messageId).toHaveLength(28)
    expect(field(metadata, 'x-amz-d')).toEqual(derive('COMMITKEY', 28))
    const nonce = Buffer.alloc(12, 0x01)
    const decipher = createDecipheriv('aes-256-gcm', derive('DERIVEKEY', 32), nonce)
    decipher.setAAD(Buffer.from([0x00, 0x73])).setAuthTag(body.subarray(-16))
    expect(decipher.update(body.subarray(0, -16), undefined, 'utf8') + decipher.final('utf8')).toBe(
      text,
    )
  })

  test('suite 0x0072 is format V2, readable with KMS and node:crypto alone', async () => {
    const Key = freshKey()
    const client = account.client({ commitmentPolicy: 'FORBID_ENCRYPT_ALLOW_DECRYPT' })
    await client.putObject({ Bucket: BUCKET, Key, Body: text })
    const { metadata, body } = await account.stored(Key)
    expect(metadata).toEqual({
      'x-amz-key-v2': metadata['x-amz-key-v2'],
      'x-amz-iv': metadata['x-amz-iv'],
      'x-amz-matdesc': '{"aws:x-amz-cek-alg":"AES/GCM/NoPadding"}',
      'x-amz-wrap-alg': 'kms+context',
      'x-amz-cek-alg': 'AES/GCM/NoPadding',
      'x-amz-tag-len': '128',
      'x-amz-unencrypted-content-length': String(Buffer.byteLength(text)),
    })
    const dataKey = await kmsDecrypt(field(metadata, 'x-amz-key-v2'), metadata['x-amz-matdesc'])
    const decipher = createDecipheriv('aes-256-gcm', dataKey, field(metadata, 'x-amz-iv'))
    decipher.setAuthTag(body.subarray(-16))
    expect(decipher.update(body.subarray(0, -16), undefined, 'utf8') + decipher.final('utf8')).toBe(
      text,
    )
  })
})

describe("the example of aioboto3's documentation", () => {
  const kms = () => ({ clientConfig: account.kmsConfig(OTHER_REGION) })

  test.each([
    ['authenticated_encryption=True', {}],
    [
      'authenticated_encryption=False',
      { algorithmSuite: 'ALG_AES_256_CBC_IV16_NO_KDF', writeLegacyCbc: true },
    ],
  ] as const)('put and get with a KMS key of another region, %s', async (_, suite) => {
    const Key = freshKey()
    const s3 = account.client({
      keyring: account.keyring({
        keyId: KEYS.elsewhere,
        writeLegacyKms: true,
        enableLegacyWrappingAlgorithms: true,
        ...kms(),
      }),
      commitmentPolicy: 'FORBID_ENCRYPT_ALLOW_DECRYPT',
      enableLegacyUnauthenticatedModes: true,
      ...suite,
    })
    const Body = Buffer.from('Some sensitive data')
    await s3.putObject({ Bucket: BUCKET, Key, Body, Metadata: { some: 'thing' } })
    expect(await bytes(await s3.getObject({ Bucket: BUCKET, Key }))).toEqual(Body)

    const cbc = 'algorithmSuite' in suite
    const { metadata } = await account.stored(Key)
    expect(metadata).toEqual({
      some: 'thing',
      'x-amz-key-v2': metadata['x-amz-key-v2'],
      'x-amz-iv': metadata['x-amz-iv'],
      'x-amz-matdesc': `{"kms_cmk_id":"${KEYS.elsewhere}"}`,
      'x-amz-wrap-alg': 'kms',
      'x-amz-cek-alg': cbc ? 'AES/CBC/PKCS5Padding' : 'AES/GCM/NoPadding',
      ...(!cbc && { 'x-amz-tag-len': '128' }),
      'x-amz-unencrypted-content-length': '19',
    })
  })
})

describe('bodies', () => {
  const content = Buffer.from(text)
  const half = content.length >> 1
  async function* generate() {
    await Promise.resolve()
    yield content.subarray(0, half)
    yield content.subarray(half)
  }
  const file = join(mkdtempSync(join(tmpdir(), 'put-get-')), 'content')
  writeFileSync(file, content)
  afterAll(() => {
    rmSync(dirname(file), { recursive: true })
  })
  const kinds: Record<string, () => unknown> = {
    string: () => text,
    Buffer: () => content,
    Uint8Array: () => Uint8Array.from(content),
    'a view at an offset': () => new Uint8Array([9, ...content, 9]).subarray(1, -1),
    DataView: () => new DataView(Uint8Array.from(content).buffer),
    ArrayBuffer: () => Uint8Array.from(content).buffer,
    Blob: () => new Blob([content]),
    File: () => new File([content], 'name.txt'),
    ReadableStream: () => new Blob([content]).stream(),
    'Node.js Readable': () => Readable.from([content]),
    'Node.js Readable of strings': () => Readable.from([content], { encoding: 'utf8' }),
    'file stream': () => createReadStream(file),
    'async generator': generate,
  }

  test.each(Object.keys(kinds))('%s', async (kind) => {
    const Key = freshKey()
    const client = account.client()
    const Body = kinds[kind]?.() as NonNullable<PutObjectCommandInput['Body']>
    await client.send(new PutObjectCommand({ Bucket: BUCKET, Key, Body }))
    const { ContentLength, Body: read } = await client.getObject({ Bucket: BUCKET, Key })
    expect(await read?.transformToString()).toBe(text)
    expect(ContentLength).toBe(content.length)
  })

  test.each([
    ['nothing', undefined],
    ['an empty string', ''],
    ['empty bytes', new Uint8Array(0)],
  ])('%s is an object of a tag alone', async (_, Body) => {
    const Key = freshKey()
    const client = account.client()
    await client.putObject({ Bucket: BUCKET, Key, ...(Body !== undefined && { Body }) })
    expect((await account.stored(Key)).body).toHaveLength(16)
    expect(await bytes(await client.getObject({ Bucket: BUCKET, Key }))).toHaveLength(0)
  })

  test.each([
    ['a number', 7],
    ['a plain object', { a: 1 }],
    ['an array', [1, 2]],
    ['a stream of objects', Readable.from([{ a: 1 }])],
  ])('%s is refused, and nothing is stored', async (_, Body) => {
    const Key = freshKey()
    const input = { Bucket: BUCKET, Key, Body } as unknown as PutObjectCommandInput
    await expect(account.client().putObject(input)).rejects.toMatchObject({
      code: 'ERR_BODY_INVALID',
    })
    await expect(account.stored(Key)).rejects.toMatchObject({ name: 'NoSuchKey' })
  })

  test('an error of the source stream comes through', async () => {
    const broken = Readable.from(
      (function* () {
        yield content
        throw new Error('disk on fire')
      })(),
    )
    const Key = freshKey()
    await expect(account.client().putObject({ Bucket: BUCKET, Key, Body: broken })).rejects.toThrow(
      'disk on fire',
    )
    await expect(account.stored(Key)).rejects.toMatchObject({ name: 'NoSuchKey' })
  })

  test('the caller keeps input, metadata and bytes as they were', async () => {
    const Body = Uint8Array.from(content)
    const input = { Bucket: BUCKET, Key: freshKey(), Body, Metadata: { Owner: 'me' } }
    const command = new PutObjectCommand(input)
    const client = account.client()
    await client.send(command)
    await client.send(command)
    expect(input).toEqual({ ...input, Body: Uint8Array.from(content), Metadata: { Owner: 'me' } })
    expect(await bytes(await client.getObject(input))).toEqual(content)
  })
})

describe('responses', () => {
  async function put() {
    const Key = freshKey()
    const client = account.client()
    await client.putObject({ Bucket: BUCKET, Key, Body: text })
    return { client, get: async () => (await client.getObject({ Bucket: BUCKET, Key })).Body }
  }

  test.each([
    ['utf-8', text],
    ['base64', Buffer.from(text).toString('base64')],
    ['hex', Buffer.from(text).toString('hex')],
    ['latin1', Buffer.from(text).toString('latin1')],
  ])('transformToString in %s', async (encoding, expected) => {
    const { get } = await put()
    expect(await (await get())?.transformToString(encoding)).toBe(expected)
  })

  test('a Node.js Readable in Node.js, with the methods of the SDK, once', async () => {
    const { get } = await put()
    const body = await get()
    expect(body).toBeInstanceOf(Readable)
    expect(await body?.transformToString()).toBe(text)
    await expect(body?.transformToByteArray()).rejects.toThrow('already been transformed')

    const chunks: Buffer[] = []
    for await (const chunk of (await get()) as Readable) chunks.push(chunk as Buffer)
    expect(Buffer.concat(chunks).toString()).toBe(text)

    const stream = (await get())?.transformToWebStream()
    expect(await new Response(stream as ReadableStream).text()).toBe(text)
  })
})

describe('everything else passes through', () => {
  test('options of PutObject', async () => {
    const Key = freshKey()
    const client = account.client()
    await client.putObject({
      Bucket: BUCKET,
      Key,
      Body: text,
      Metadata: { owner: 'me' },
      ContentType: 'text/plain; charset=utf-8',
      CacheControl: 'no-store',
      ContentDisposition: 'attachment; filename="x"',
      ContentEncoding: 'identity',
      ContentLanguage: 'de',
      StorageClass: 'STANDARD_IA',
      Tagging: 'team=blue',
      ChecksumAlgorithm: 'SHA256',
      IfNoneMatch: '*',
    })
    const { output, metadata } = await account.stored(Key)
    expect(metadata).toMatchObject({ owner: 'me', 'x-amz-c': '115' })
    expect(output).toMatchObject({
      ContentType: 'text/plain; charset=utf-8',
      CacheControl: 'no-store',
      ContentDisposition: 'attachment; filename="x"',
      ContentLanguage: 'de',
      StorageClass: 'STANDARD_IA',
    })
    const tagging = await client.send(new GetObjectTaggingCommand({ Bucket: BUCKET, Key }))
    expect(tagging.TagSet).toEqual([{ Key: 'team', Value: 'blue' }])
    await expect(
      client.putObject({ Bucket: BUCKET, Key, Body: text, IfNoneMatch: '*' }),
    ).rejects.toMatchObject({ name: 'PreconditionFailed' })
  })

  test('options and outputs of GetObject', async () => {
    const Key = freshKey()
    const client = account.client()
    const { ETag } = await client.putObject({
      Bucket: BUCKET,
      Key,
      Body: text,
      Metadata: { a: 'b' },
    })
    const output = await client.getObject({
      Bucket: BUCKET,
      Key,
      IfMatch: ETag,
      ResponseContentType: 'application/x-test',
    })
    expect(output).toMatchObject({ ETag, ContentType: 'application/x-test' })
    expect(output.Metadata).toMatchObject({ a: 'b' })
    await expect(
      client.getObject({ Bucket: BUCKET, Key, IfMatch: '"other"' }),
    ).rejects.toMatchObject({ name: 'PreconditionFailed' })
    await expect(client.getObject({ Bucket: BUCKET, Key: 'missing' })).rejects.toMatchObject({
      name: 'NoSuchKey',
    })
  })

  test('a failed request is sent again with the same ciphertext, encrypted once', async () => {
    const Key = freshKey()
    const { aws } = account
    aws.kms.requests.clear()
    const fault = aws.s3.faults.add({
      operation: 'PutObject',
      key: Key,
      times: 2,
      kind: 'status',
      status: 503,
      code: 'SlowDown',
    })
    const output = await account.client().putObject({ Bucket: BUCKET, Key, Body: text })
    expect(fault.hits).toBe(2)
    expect(output.$metadata.attempts).toBe(3)
    expect(aws.kms.requests.entries).toHaveLength(1)
    const sums = aws.s3.requests.entries
      .filter((entry) => entry.operation === 'PutObject' && entry.key === Key)
      .map((entry) => entry.headers['x-amz-content-sha256'])
    expect(new Set(sums)).toHaveProperty('size', 1)
  })

  test('requests to S3 and KMS name the client', async () => {
    const Key = freshKey()
    const { aws } = account
    await account.client().putObject({ Bucket: BUCKET, Key, Body: text })
    expect(aws.s3.requests.entries.at(-1)?.headers['user-agent']).toContain('S3EC-TS/')
    expect(aws.kms.requests.entries.at(-1)?.headers['user-agent']).toContain('S3EC-TS/')
  })

  test('an aborted request rejects', async () => {
    const abort = new AbortController()
    abort.abort()
    const input = { Bucket: BUCKET, Key: freshKey(), Body: text }
    await expect(
      account.client().putObject(input, { abortSignal: abort.signal }),
    ).rejects.toMatchObject({ name: 'AbortError' })
  })
})

describe('the plugin', () => {
  test('makes an existing client encrypt', async () => {
    const Key = freshKey()
    const client = new S3(account.s3Config)
    client.middlewareStack.use(s3Encryption({ client, keyring: account.keyring() }))
    const input = withEncryption({ Bucket: BUCKET, Key }, { encryptionContext: { a: 'b' } })
    await client.putObject({ ...input, Body: text })
    expect(await (await client.getObject(input)).Body?.transformToString()).toBe(text)
    expect((await account.stored(Key)).metadata).toHaveProperty('x-amz-c', '115')
  })
})

test('an object of another policy is read by a client that allows it', async () => {
  const Key = freshKey()
  const forbid = account.client({ commitmentPolicy: 'FORBID_ENCRYPT_ALLOW_DECRYPT' })
  await forbid.send(new PutObjectCommand({ Bucket: BUCKET, Key, Body: text }))
  const get = new GetObjectCommand({ Bucket: BUCKET, Key })
  const read = await account.client(readsAll).send(get)
  expect(await read.Body?.transformToString()).toBe(text)
})

describe('a stream that was read before', () => {
  async function* generate() {
    await Promise.resolve()
    yield Buffer.from(text)
  }
  test.each<[string, () => unknown]>([
    ['a Node.js stream', () => Readable.from([Buffer.from(text)])],
    ['a web stream', () => new Blob([text]).stream()],
    ['an async generator', generate],
  ])('is refused instead of storing nothing: %s', async (_, make) => {
    const input = { Bucket: BUCKET, Key: freshKey(), Body: make() as Readable }
    const client = account.client()
    await client.putObject(input)
    await expect(client.putObject(input)).rejects.toMatchObject({ code: 'ERR_BODY_INVALID' })
    expect((await bytes(await client.getObject(input))).toString()).toBe(text)
  })

  test('an iterable that begins anew is read again', async () => {
    const Body = { [Symbol.asyncIterator]: generate } as unknown as Readable
    const input = { Bucket: BUCKET, Key: freshKey(), Body }
    const client = account.client()
    for (let time = 0; time < 2; time++) await client.putObject(input)
    expect((await bytes(await client.getObject(input))).toString()).toBe(text)
  })
})
