import { createCipheriv, createHash, randomBytes } from 'node:crypto'
import { Readable } from 'node:stream'
import {
  CompleteMultipartUploadCommand,
  CreateMultipartUploadCommand,
  DeleteObjectCommand,
  GetObjectCommand,
  GetObjectTaggingCommand,
  ListMultipartUploadsCommand,
  PutBucketVersioningCommand,
  CreateBucketCommand,
  PutObjectCommand,
  S3,
  UploadPartCommand,
} from '@aws-sdk/client-s3'
import { Upload } from '@aws-sdk/lib-storage'
import { getSignedUrl } from '@aws-sdk/s3-request-presigner'
import {
  memorySink,
  rawAesKeyring,
  s3Encryption,
  UploadInterruptedError,
  withEncryption,
  type UploadState,
} from '@s3-cse/client'
import { afterEach, describe, expect, test } from 'vitest'
import { decryptIndependently } from './decrypt-independently.ts'
import { BUCKET, bytes, freshKey, readsAll, useAccount } from './support.ts'

const account = useAccount()
const MiB = 2 ** 20
const text = 'Grüße'
const content = randomBytes(6 * MiB + 7)
const sha256 = (data: Uint8Array) => createHash('sha256').update(data).digest('hex')
const wrappingKey = randomBytes(32)
const keyring = rawAesKeyring({ wrappingKey, materialDescription: { key: 'a' } })
const small = { partSize: 5 * MiB }
const forbid = { commitmentPolicy: 'FORBID_ENCRYPT_ALLOW_DECRYPT' } as const
const cbc = {
  ...forbid,
  algorithmSuite: 'ALG_AES_256_CBC_IV16_NO_KDF',
  writeLegacyCbc: true,
} as const

/** A client that writes instruction files, with a raw AES key. */
const client = (options: object = {}) =>
  account.client({
    keyring,
    storage: 'instruction-file',
    ...options,
  })
/** A client that knows nothing of how the object was written. */
const reader = (options: object = {}) => account.client({ keyring, ...readsAll, ...options })

const fresh = () => ({ Bucket: BUCKET, Key: freshKey() })
const fileOf = ({ Key }: { Key: string }, suffix = '.instruction') => `${Key}${suffix}`

async function storedFile(object: { Key: string }, suffix?: string) {
  const file = await account.stored(fileOf(object, suffix))
  return { ...file, fields: JSON.parse(file.body.toString()) as Record<string, string> }
}

/** What a program reads that was written from the format alone. */
async function independently(object: { Key: string }) {
  const { metadata, body } = await account.stored(object.Key)
  const { fields } = await storedFile(object)
  return decryptIndependently(wrappingKey, { ...metadata, ...fields }, body)
}

/** Writes for an object since the log was cleared, in order. */
const writes = (object: { Key: string }) =>
  account.aws.s3.requests.entries
    .filter(({ method, key }) => method !== 'GET' && key.startsWith(object.Key))
    .map(({ operation, key }) => `${operation} ${key === object.Key ? 'object' : 'file'}`)

const fail = (key: string, operation = 'PutObject', code = 'AccessDenied') =>
  account.aws.s3.faults.add({ operation, key, times: null, kind: 'status', status: 403, code })

afterEach(() => {
  account.aws.s3.faults.clear()
  account.aws.s3.requests.clear()
})

describe('what S3 holds', () => {
  test('suite 115: the key in the file, commitment and message ID on the object', async () => {
    const object = fresh()
    await client().putObject({ ...object, Body: text, Metadata: { owner: 'me' } })
    const { metadata } = await account.stored(object.Key)
    expect(Object.keys(metadata).sort()).toEqual(['owner', 'x-amz-c', 'x-amz-d', 'x-amz-i'])
    const { fields, metadata: marker, output } = await storedFile(object)
    expect(Object.keys(fields).sort()).toEqual(['x-amz-3', 'x-amz-m', 'x-amz-w'])
    expect(fields).toMatchObject({ 'x-amz-m': '{"key":"a"}', 'x-amz-w': '02' })
    expect(marker).toEqual({ 'x-amz-crypto-instr-file': '' })
    expect(output.ContentType).toBe('application/json')
    expect((await independently(object)).toString()).toBe(text)
  })

  test.each([
    ['GCM', forbid],
    ['CBC', cbc],
  ] as const)('%s: all of the envelope in the file', async (_, options) => {
    const object = fresh()
    await client(options).putObject({ ...object, Body: text })
    const { metadata } = await account.stored(object.Key)
    expect(metadata).toEqual({ 'x-amz-unencrypted-content-length': '7' })
    const { fields } = await storedFile(object)
    const names = ['x-amz-cek-alg', 'x-amz-iv', 'x-amz-key-v2', 'x-amz-matdesc', 'x-amz-wrap-alg']
    expect(Object.keys(fields).sort()).toEqual(
      (options === cbc ? names : [...names, 'x-amz-tag-len']).sort(),
    )
    expect((await independently(object)).toString()).toBe(text)
  })

  test('KMS: the encryption context in the file', async () => {
    const object = fresh()
    const encryptionContext = { tenant: '7' }
    const kms = account.client({ storage: 'instruction-file' })
    await kms.putObject({ ...object, Body: text }, { encryptionContext })
    const { fields } = await storedFile(object)
    expect(JSON.parse(fields['x-amz-t'] ?? '')).toEqual({
      ...encryptionContext,
      'aws:x-amz-cek-alg': '115',
    })
    const read = await account.client().getObject(object, { encryptionContext })
    expect(await read.Body?.transformToString()).toBe(text)
    await expect(account.client().getObject(object)).rejects.toMatchObject({
      code: 'ERR_ENCRYPTION_CONTEXT_MISMATCH',
    })
  })

  test('a material description larger than metadata may be', async () => {
    const object = fresh()
    const materialDescription = { note: 'x'.repeat(3000) }
    const large = rawAesKeyring({ wrappingKey, materialDescription })
    await client({ keyring: large }).putObject({ ...object, Body: text })
    expect(await (await reader().getObject(object)).Body?.transformToString()).toBe(text)
  })

  test('the file has the access and the storage of the object, and nothing of its content', async () => {
    const object = fresh()
    await client().putObject({
      ...object,
      Body: text,
      Tagging: 'team=blue',
      ServerSideEncryption: 'AES256',
      ACL: 'private',
      ContentType: 'text/plain',
      ContentEncoding: 'identity',
      ContentLanguage: 'de',
      CacheControl: 'no-store',
      StorageClass: 'STANDARD_IA',
      ChecksumAlgorithm: 'SHA256',
      ContentLength: 7,
      Metadata: { owner: 'me' },
    })
    const [file] = account.aws.s3.requests.entries.filter(({ key }) => key === fileOf(object))
    const { headers = {} } = file ?? {}
    expect(headers).toMatchObject({
      'x-amz-tagging': 'team=blue',
      'x-amz-server-side-encryption': 'AES256',
      'x-amz-acl': 'private',
      'content-type': 'application/json',
      'x-amz-meta-x-amz-crypto-instr-file': '',
    })
    for (const name of ['content-language', 'cache-control', 'x-amz-storage-class', 'if-match']) {
      expect(headers).not.toHaveProperty(name)
    }
    expect(headers).not.toHaveProperty('x-amz-meta-owner')
    const Key = fileOf(object)
    const { TagSet } = await account.plain.send(new GetObjectTaggingCommand({ ...object, Key }))
    expect(TagSet).toEqual([{ Key: 'team', Value: 'blue' }])
  })

  test('storage may be said for one request, both ways', async () => {
    const [inFile, inMetadata] = [fresh(), fresh()]
    const Body = text
    await reader().putObject({ ...inFile, Body }, { storage: 'instruction-file' })
    await client().putObject({ ...inMetadata, Body }, { storage: 'metadata' })
    expect((await storedFile(inFile)).fields).toHaveProperty('x-amz-3')
    await expect(storedFile(inMetadata)).rejects.toMatchObject({ name: 'NoSuchKey' })
    for (const object of [inFile, inMetadata]) {
      expect(await (await reader().getObject(object)).Body?.transformToString()).toBe(text)
    }
  })

  test('the plugin on a client of one’s own', async () => {
    const object = fresh()
    const own = new S3(account.s3Config)
    own.middlewareStack.use(s3Encryption({ client: own, keyring, storage: 'instruction-file' }))
    await own.putObject({ ...object, Body: text })
    expect(await (await own.getObject(object)).Body?.transformToString()).toBe(text)
    expect((await independently(object)).toString()).toBe(text)
  })
})

describe('every way to write', () => {
  const ways: Record<string, (object: ReturnType<typeof fresh>) => Promise<unknown>> = {
    'PutObject of one request': (object) => client().putObject({ ...object, Body: content }),
    'PutObject of several parts': (object) => client(small).putObject({ ...object, Body: content }),
    'PutObject of a stream, CBC': (object) =>
      client({ ...small, ...cbc }).putObject({ ...object, Body: Readable.from([content]) }),
    'upload()': (object) => client(small).upload({ ...object, Body: content }),
    'upload() that can be resumed': (object) =>
      client(small).upload({ ...object, Body: content }, { onState: () => undefined }),
    'upload() by request option': (object) =>
      reader(small).upload(
        { ...object, Body: content },
        { onState: () => undefined, storage: 'instruction-file' },
      ),
    'multipart by commands': async (object) => {
      const s3 = client()
      const { UploadId } = await s3.send(new CreateMultipartUploadCommand(object))
      const Parts = []
      for (const [index, Body] of [
        content.subarray(0, 5 * MiB),
        content.subarray(5 * MiB),
      ].entries()) {
        const part = { ...object, UploadId, PartNumber: index + 1 }
        const { ETag } = await s3.send(new UploadPartCommand({ ...part, Body }))
        Parts.push({ ETag, PartNumber: index + 1 })
      }
      const complete = { ...object, UploadId, MultipartUpload: { Parts } }
      await s3.send(new CompleteMultipartUploadCommand(complete))
    },
    'the transfer manager of the SDK': (object) =>
      new Upload({ client: client(), params: { ...object, Body: content } }).done(),
  }

  test.each(Object.keys(ways))('%s, read by every mode', async (way) => {
    const object = fresh()
    await ways[way]?.(object)
    expect(writes(object).slice(-2)[0]).toBe('PutObject file')
    expect(writes(object).filter((write) => write.endsWith('file'))).toHaveLength(1)
    expect(sha256(await independently(object))).toBe(sha256(content))
    for (const mode of [{}, { twoPassAuthentication: true }, { delayedAuthentication: true }]) {
      const output = await reader(mode).getObject(object)
      expect(sha256(await bytes(output))).toBe(sha256(content))
    }
    const sink = memorySink()
    await reader(small).download(object, sink)
    expect(sha256(sink.bytes ?? new Uint8Array(0))).toBe(sha256(content))
  })

  test('an interrupted upload is finished by another client, file and all', async () => {
    const object = fresh()
    const part = { operation: 'UploadPart', partNumber: 2, key: object.Key }
    account.aws.s3.faults.add({ ...part, times: null, kind: 'reset' })
    const states: UploadState[] = []
    const Body = content
    const failed = client({ ...small, maxAttempts: 1 }).upload(
      { ...object, Body },
      { onState: (state) => void states.push(state) },
    )
    await expect(failed).rejects.toBeInstanceOf(UploadInterruptedError)
    await expect(storedFile(object)).rejects.toMatchObject({ name: 'NoSuchKey' })
    account.aws.s3.faults.clear()

    const resume = JSON.parse(JSON.stringify(states.at(-1))) as UploadState
    const moved = { ...resume, storage: 'metadata' } as const
    await expect(
      reader(small).upload({ ...object, Body }, { resume: moved }),
    ).rejects.toMatchObject({ code: 'ERR_UPLOAD_STATE' })
    await reader(small).upload({ ...object, Body }, { resume })
    expect(sha256(await independently(object))).toBe(sha256(content))
    expect(await bytes(await reader().getObject(object))).toHaveLength(content.length)
  })
})

describe('the order of writes', () => {
  async function openUploads() {
    const output = await account.plain.send(new ListMultipartUploadsCommand({ Bucket: BUCKET }))
    return output.Uploads?.length ?? 0
  }

  test.each([
    ['one request', text],
    ['several parts', content],
  ])('the file goes first: if it fails, so does %s, and nothing is there', async (_, Body) => {
    const object = fresh()
    fail(fileOf(object))
    await expect(client(small).putObject({ ...object, Body })).rejects.toMatchObject({
      name: 'AccessDenied',
    })
    expect(writes(object).filter((write) => write === 'PutObject object')).toHaveLength(0)
    expect(writes(object)).not.toContain('CompleteMultipartUpload object')
    for (const Key of [object.Key, fileOf(object)]) {
      await expect(account.stored(Key)).rejects.toMatchObject({ name: 'NoSuchKey' })
    }
    expect(await openUploads()).toBe(0)
  })

  test('a file that fails leaves the object that was there readable', async () => {
    const object = fresh()
    await client().putObject({ ...object, Body: 'before' })
    fail(fileOf(object))
    await expect(client().putObject({ ...object, Body: 'after' })).rejects.toThrow()
    account.aws.s3.faults.clear()
    expect(await (await reader().getObject(object)).Body?.transformToString()).toBe('before')
  })

  test('a body that breaks leaves the object that was there, and its file, alone', async () => {
    const object = fresh()
    await client().putObject({ ...object, Body: 'before' })
    async function* broken() {
      yield await Promise.resolve(content)
      throw new Error('disk on fire')
    }
    await expect(
      client(small).putObject({ ...object, Body: Readable.from(broken()) }),
    ).rejects.toThrow('disk on fire')
    expect(await (await reader().getObject(object)).Body?.transformToString()).toBe('before')
  })

  test('what cannot be sent leaves the file alone: a request is built before', async () => {
    const object = fresh()
    await client().putObject({ ...object, Body: 'before' })
    const credentials = () => Promise.reject(new Error('no credentials'))
    const input = { ...object, Body: 'after' }
    account.aws.s3.requests.clear()
    await expect(client({ credentials }).putObject(input)).rejects.toThrow('no credentials')
    for (const a of ['a\nb', 'a\n', '日本']) {
      await expect(client().putObject({ ...input, Metadata: { a } })).rejects.toThrow(TypeError)
    }
    expect(writes(object)).toEqual([])
  })

  test('the file is sent once for all attempts of the object', async () => {
    const object = fresh()
    const refusal = { kind: 'status', status: 503, code: 'SlowDown' } as const
    account.aws.s3.faults.add({ operation: 'PutObject', key: object.Key, times: 2, ...refusal })
    account.aws.s3.faults.add({ operation: 'PutObject', key: fileOf(object), ...refusal })
    const output = await client().putObject({ ...object, Body: text })
    expect(output.$metadata.attempts).toBe(3)
    expect(writes(object)).toEqual([
      ...Array<string>(2).fill('PutObject file'),
      ...Array<string>(3).fill('PutObject object'),
    ])
  })

  test.each([{ IfNoneMatch: '*' }, { IfMatch: '"0123456789abcdef0123456789abcdef"' }])(
    'a condition that does not hold (%o) costs no object its file',
    async (condition) => {
      for (const Body of [text, content]) {
        const object = fresh()
        await client().putObject({ ...object, Body: 'before' })
        const refused = client(small).putObject({ ...object, Body, ...condition })
        await expect(refused).rejects.toMatchObject({ name: 'PreconditionFailed' })
        expect(await (await reader().getObject(object)).Body?.transformToString()).toBe('before')
      }
    },
  )

  test('a condition that holds is met by the object, then comes the file', async () => {
    const object = fresh()
    const { ETag } = await client().putObject({ ...object, Body: text, IfNoneMatch: '*' })
    expect(writes(object)).toEqual(['PutObject object', 'PutObject file'])
    await client().putObject({ ...object, Body: 'again', IfMatch: ETag })
    expect(await (await reader().getObject(object)).Body?.transformToString()).toBe('again')
    const files = account.aws.s3.requests.entries.filter(({ key }) => key === fileOf(object))
    for (const { headers } of files) {
      expect(headers).not.toHaveProperty('if-none-match')
      expect(headers).not.toHaveProperty('if-match')
    }
  })

  test('a file that fails after its object is told of', async () => {
    const object = fresh()
    fail(fileOf(object))
    const failed = client().putObject({ ...object, Body: text, IfNoneMatch: '*' })
    await expect(failed).rejects.toMatchObject({
      code: 'ERR_INSTRUCTION_FILE_FAILED',
      cause: { name: 'AccessDenied' },
    })
  })

  test.each([{}, { IfNoneMatch: '*' }])(
    'no presigned URL, and no file for one: %o',
    async (more) => {
      const object = fresh()
      const command = new PutObjectCommand({ ...object, ...more })
      await expect(getSignedUrl(client(), command)).rejects.toMatchObject({
        code: 'ERR_PRESIGN_REFUSED',
      })
      expect(writes(object)).toEqual([])
    },
  )

  test('an aborted request sends neither', async () => {
    const object = fresh()
    const abort = new AbortController()
    const fault = account.aws.s3.faults.add({ key: fileOf(object), kind: 'stall' })
    const put = client().putObject({ ...object, Body: text }, { abortSignal: abort.signal })
    await fault.reached
    abort.abort()
    await expect(put).rejects.toMatchObject({ name: 'AbortError' })
    expect(writes(object)).toEqual(['PutObject file'])
  })
})

describe('reading', () => {
  /** An object whose file has another suffix too, as re-encryption leaves it. */
  async function put(options: object = {}) {
    const object = fresh()
    await client(options).putObject({ ...object, Body: text })
    return object
  }
  async function move(object: { Key: string }, suffix: string) {
    const { body, metadata } = await storedFile(object)
    await account.store(fileOf(object, suffix), body, metadata)
    await account.plain.send(new DeleteObjectCommand({ Bucket: BUCKET, Key: fileOf(object) }))
  }

  test('a custom suffix, appended as it is', async () => {
    const object = await put()
    await move(object, '-partner')
    const options = { instructionFileSuffix: '-partner' }
    const output = await reader().getObject(object, options)
    expect(await output.Body?.transformToString()).toBe(text)
    const sink = memorySink()
    await reader().download(object, sink, options)
    expect(Buffer.from(sink.bytes ?? []).toString()).toBe(text)
    const command = new GetObjectCommand(withEncryption(object, options))
    expect(await (await reader().send(command)).Body?.transformToString()).toBe(text)
    await expect(reader().getObject(object)).rejects.toMatchObject({
      code: 'ERR_INSTRUCTION_FILE_MISSING',
      cause: { name: 'NoSuchKey' },
    })
  })

  test('an envelope in metadata needs no file, whatever the suffix', async () => {
    const object = await put({ storage: 'metadata' })
    await reader().getObject(object, { instructionFileSuffix: '.none' })
    expect(account.aws.s3.requests.of('GetObject')).toHaveLength(1)
  })

  test.each(['', 7])('the suffix %o is refused', async (instructionFileSuffix) => {
    const object = await put()
    const options = { instructionFileSuffix } as { instructionFileSuffix: string }
    await expect(reader().getObject(object, options)).rejects.toMatchObject({
      code: 'ERR_CONFIGURATION',
    })
  })

  test('a custom suffix is refused where objects are written', async () => {
    const object = fresh()
    const options = { instructionFileSuffix: '.partner' }
    await expect(client().putObject({ ...object, Body: text }, options)).rejects.toMatchObject({
      code: 'ERR_CONFIGURATION',
    })
    await expect(account.stored(object.Key)).rejects.toMatchObject({ name: 'NoSuchKey' })
  })

  test('the request for the file has nothing of version, range and condition', async () => {
    const Bucket = 'versioned'
    await account.plain.send(new CreateBucketCommand({ Bucket }))
    const VersioningConfiguration = { Status: 'Enabled' } as const
    await account.plain.send(new PutBucketVersioningCommand({ Bucket, VersioningConfiguration }))
    const object = { Bucket, Key: freshKey() }
    const { VersionId, ETag } = await client().putObject({ ...object, Body: text })
    const ExpectedBucketOwner = '123456789012'
    const input = { ...object, VersionId, IfMatch: ETag, ExpectedBucketOwner }
    expect(VersionId).toBeDefined()
    account.aws.s3.requests.clear()
    expect(await (await reader().getObject(input)).Body?.transformToString()).toBe(text)
    const [, file] = account.aws.s3.requests.of('GetObject')
    expect(file?.key).toBe(fileOf(object))
    expect(file?.query).not.toHaveProperty('versionId')
    expect(file?.headers).not.toHaveProperty('if-match')
    expect(file?.headers).toMatchObject({ 'x-amz-expected-bucket-owner': ExpectedBucketOwner })
  })

  test('of an old version with a newer file, commitment tells', async () => {
    const object = { Bucket: 'versioned', Key: freshKey() }
    const { VersionId } = await client().putObject({ ...object, Body: 'old' })
    await client().putObject({ ...object, Body: 'new' })
    await expect(reader().getObject({ ...object, VersionId })).rejects.toMatchObject({
      code: 'ERR_COMMITMENT_MISMATCH',
    })
  })

  test('files that are lost, forbidden and ignored', async () => {
    const object = await put()
    const missing = { code: 'ERR_INSTRUCTION_FILE_MISSING' }
    fail(fileOf(object), 'GetObject')
    await expect(reader().getObject(object)).rejects.toMatchObject({
      ...missing,
      cause: { name: 'AccessDenied' },
    })
    account.aws.s3.faults.clear()
    account.aws.s3.requests.clear()
    const ignore = { ignoreInstructionFiles: true }
    for (const get of [
      () => reader(ignore).getObject(object),
      () => reader().getObject(object, ignore),
      () => reader(ignore).download(object, memorySink()),
    ]) {
      await expect(get()).rejects.toMatchObject(missing)
    }
    expect(account.aws.s3.requests.of('GetObject')).toHaveLength(3)
  })

  test('another failure of the request comes through', async () => {
    const object = await put()
    const refusal = { kind: 'status', status: 400, code: 'InvalidRequest' } as const
    account.aws.s3.faults.add({ operation: 'GetObject', key: fileOf(object), ...refusal })
    await expect(reader().getObject(object)).rejects.toMatchObject({ name: 'InvalidRequest' })
  })

  test('objects without any envelope', async () => {
    const object = fresh()
    await account.store(object.Key, Buffer.from(text), {})
    await expect(reader().getObject(object)).rejects.toMatchObject({
      code: 'ERR_ENVELOPE_MISSING',
      cause: { name: 'NoSuchKey' },
    })
    const lenient = reader({ allowUnencryptedObjects: true })
    expect(await (await lenient.getObject(object)).Body?.transformToString()).toBe(text)
    // Who may not know whether there is a file must not take ciphertext for content.
    fail(fileOf(object), 'GetObject')
    await expect(lenient.getObject(object)).rejects.toMatchObject({ code: 'ERR_ENVELOPE_MISSING' })
    const ignoring = { ignoreInstructionFiles: true }
    const output = await lenient.getObject(object, ignoring)
    expect(await output.Body?.transformToString()).toBe(text)
  })

  test('an encrypted object is not taken for a plain one', async () => {
    const object = await put(forbid)
    const lenient = reader({ allowUnencryptedObjects: true })
    expect(await (await lenient.getObject(object)).Body?.transformToString()).toBe(text)
  })

  test.each([
    ['V3', {}],
    ['V2', forbid],
    ['CBC', cbc],
  ] as const)('a range of %s', async (_, options) => {
    const object = fresh()
    await client(options).putObject({ ...object, Body: content })
    const output = await reader().getObject({ ...object, Range: 'bytes=100003-200004' })
    expect(await bytes(output)).toEqual(content.subarray(100_003, 200_005))
  })

  test('the policy is checked before the key is asked for', async () => {
    const object = fresh()
    const kms = { ...forbid, storage: 'instruction-file' } as const
    await account.client(kms).putObject({ ...object, Body: text })
    account.aws.kms.requests.clear()
    await expect(account.client().getObject(object)).rejects.toMatchObject({
      code: 'ERR_COMMITMENT_POLICY',
    })
    expect(account.aws.kms.requests.entries).toHaveLength(0)
  })

  const alterations: Record<string, [object, (fields: Record<string, string>) => object, string]> =
    {
      'message ID in the file': [
        {},
        (fields) => ({ ...fields, 'x-amz-i': Buffer.alloc(28, 1).toString('base64') }),
        'ERR_INSTRUCTION_FILE_TAMPERED',
      ],
      'V2 for an object of V3': [{}, () => v2Fields(), 'ERR_ENVELOPE_CONFLICT'],
      'another data key': [
        {},
        (fields) => ({ ...fields, 'x-amz-3': wrapped(randomBytes(32), '115') }),
        'ERR_COMMITMENT_MISMATCH',
      ],
      'another wrapping key': [
        {},
        (fields) => ({ ...fields, 'x-amz-3': randomBytes(60).toString('base64') }),
        'ERR_UNWRAP_FAILED',
      ],
      'another data key, V2': [forbid, () => v2Fields(), 'ERR_DECRYPTION_FAILED'],
      nothing: [{}, () => ({}), 'ERR_INSTRUCTION_FILE_INVALID'],
    }
  const wrapped = (dataKey: Buffer, bound: string) => {
    const nonce = randomBytes(12)
    const cipher = createCipheriv('aes-256-gcm', wrappingKey, nonce).setAAD(Buffer.from(bound))
    const sealed = [cipher.update(dataKey), cipher.final(), cipher.getAuthTag()]
    return Buffer.concat([nonce, ...sealed]).toString('base64')
  }
  const v2Fields = () => ({
    'x-amz-key-v2': wrapped(randomBytes(32), 'AES/GCM/NoPadding'),
    'x-amz-iv': randomBytes(12).toString('base64'),
    'x-amz-matdesc': '{}',
    'x-amz-wrap-alg': 'AES/GCM',
    'x-amz-cek-alg': 'AES/GCM/NoPadding',
    'x-amz-tag-len': '128',
  })

  test.each(Object.keys(alterations))('a file that was altered: %s', async (name) => {
    const [options, alter, code] = alterations[name] ?? [{}, () => ({}), '']
    const object = await put(options)
    const { fields } = await storedFile(object)
    await account.store(fileOf(object), Buffer.from(JSON.stringify(alter(fields))), {})
    await expect(reader().getObject(object)).rejects.toMatchObject({ code })
    await expect(reader().download(object, memorySink())).rejects.toMatchObject({ code })
  })

  test('a file too long is not read to its end', async () => {
    const object = await put()
    await account.store(fileOf(object), Buffer.alloc(8 * MiB, '{'), {})
    account.aws.s3.requests.clear()
    await expect(reader().getObject(object)).rejects.toMatchObject({
      code: 'ERR_INSTRUCTION_FILE_INVALID',
    })
  })

  test('an envelope in the metadata is not overruled by a file', async () => {
    const object = await put({ storage: 'metadata' })
    await account.store(fileOf(object), Buffer.from(JSON.stringify(v2Fields())), {})
    expect(await (await reader().getObject(object)).Body?.transformToString()).toBe(text)
  })
})

describe('the form of old .NET clients', () => {
  async function store() {
    const object = fresh()
    const [dataKey, iv] = [randomBytes(32), randomBytes(16)]
    const encrypt = (algorithm: string, key: Buffer, data: string | Buffer, by: Buffer | null) => {
      const cipher = createCipheriv(algorithm, key, by)
      return Buffer.concat([cipher.update(data), cipher.final()])
    }
    const file = {
      EncryptedEnvelopeKey: encrypt('aes-256-ecb', wrappingKey, dataKey, null).toString('base64'),
      IV: iv.toString('base64'),
    }
    await account.store(object.Key, encrypt('aes-256-cbc', dataKey, text, iv), {})
    const Key = fileOf(object, 'INSTRUCTION_SUFFIX')
    await account.store(Key, Buffer.from(JSON.stringify(file)), {})
    return object
  }
  const legacy = rawAesKeyring({ wrappingKey, enableLegacyWrappingAlgorithms: true })

  test('is read where legacy content is', async () => {
    const object = await store()
    const output = await reader({ keyring: legacy }).getObject(object)
    expect(await output.Body?.transformToString()).toBe(text)
  })

  test('is not even asked for where it is not', async () => {
    const object = await store()
    account.aws.s3.requests.clear()
    await expect(account.client({ keyring: legacy }).getObject(object)).rejects.toMatchObject({
      code: 'ERR_ENVELOPE_MISSING',
    })
    expect(account.aws.s3.requests.of('GetObject').map(({ key }) => key)).toEqual([
      object.Key,
      fileOf(object),
    ])
  })
})

test.each([
  { storage: 'elsewhere' },
  { storage: 'instruction-file', ignoreInstructionFiles: true },
])('%o is refused at construction', (options) => {
  expect(() => account.client(options as object)).toThrow(
    expect.objectContaining({ code: 'ERR_CONFIGURATION' }),
  )
})
