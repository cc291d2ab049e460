import {
  createHash,
  generateKeyPairSync,
  privateDecrypt,
  randomBytes,
  type KeyPairKeyObjectResult,
} from 'node:crypto'
import { CreateAliasCommand, CreateKeyCommand, KMSClient } from '@aws-sdk/client-kms'
import { DeleteObjectCommand } from '@aws-sdk/client-s3'
import { rawAesKeyring, rawRsaKeyring, type Keyring } from '@s3-cse/client'
import { nodeRsa } from '@s3-cse/node'
import { afterEach, describe, expect, test } from 'vitest'
import { decryptIndependently } from './decrypt-independently.ts'
import { BUCKET, bytes, freshKey, KEYS, readsAll, useAccount } from './support.ts'

const account = useAccount()
const text = 'Grüße'
const forbid = { commitmentPolicy: 'FORBID_ENCRYPT_ALLOW_DECRYPT' } as const
const cbc = {
  ...forbid,
  algorithmSuite: 'ALG_AES_256_CBC_IV16_NO_KDF',
  writeLegacyCbc: true,
  enableLegacyUnauthenticatedModes: true,
} as const

const oldKey = randomBytes(32)
const newKey = randomBytes(32)
const aes = (name: string, wrappingKey: Buffer, more: object = {}) =>
  rawAesKeyring({ wrappingKey, materialDescription: { name }, ...more })
const oldAes = aes('old', oldKey)
const newAes = aes('new', newKey)
const fileOf = (key: string, suffix = '.instruction') => `${key}${suffix}`

const client = (options: object = {}) =>
  account.client({ keyring: oldAes, storage: 'instruction-file', ...options })
const reader = (keyring: object = newAes) => account.client({ ...readsAll, keyring } as object)

async function put(options: object = {}, call: object = {}) {
  const object = { Bucket: BUCKET, Key: freshKey() }
  await client(options).putObject({ ...object, Body: text }, call)
  account.aws.s3.requests.clear()
  return object
}
async function stored({ Key }: { Key: string }, suffix?: string) {
  const [object, file] = [await account.stored(Key), await account.stored(fileOf(Key, suffix))]
  const inFile = JSON.parse(file.body.toString()) as Record<string, string>
  return { ...object, inFile, fields: { ...object.metadata, ...inFile }, marker: file.metadata }
}
const sha256 = (data: Uint8Array) => createHash('sha256').update(data).digest('hex')
const read = async (object: { Bucket: string; Key: string }, keyring?: object, call: object = {}) =>
  (await bytes(await reader(keyring).getObject(object, call))).toString()

afterEach(() => {
  account.aws.s3.faults.clear()
})

describe('the file is written anew, the object is not touched', () => {
  test.each([
    ['115', {}],
    ['GCM', forbid],
    ['CBC', cbc],
  ] as const)('%s', async (_, options) => {
    const object = await put(options)
    const before = await stored(object)
    account.aws.s3.requests.clear()
    const output = await client(options).reEncryptInstructionFile(object, { newKeyring: newAes })
    expect(output).toMatchObject({ InstructionFileKey: fileOf(object.Key) })
    const sent = account.aws.s3.requests.entries.map(({ operation, key }) => [operation, key])
    expect(sent).toEqual([
      ['HeadObject', object.Key],
      ['GetObject', fileOf(object.Key)],
      ['PutObject', fileOf(object.Key)],
    ])

    const after = await stored(object)
    expect(after.output.ETag).toBe(before.output.ETag)
    expect(after.metadata).toEqual(before.metadata)
    expect(after.marker).toEqual({ 'x-amz-crypto-instr-file': '' })
    expect(Object.keys(after.inFile)).toEqual(Object.keys(before.inFile))
    expect(JSON.stringify(after.inFile)).toContain(String.raw`{\"name\":\"new\"}`)
    expect(after.inFile['x-amz-iv']).toBe(before.inFile['x-amz-iv'])
    expect(decryptIndependently(newKey, after.fields, after.body).toString()).toBe(text)
    expect(() => decryptIndependently(oldKey, after.fields, after.body)).toThrow()
    expect(await read(object)).toBe(text)
    await expect(read(object, oldAes)).rejects.toMatchObject({ code: 'ERR_UNWRAP_FAILED' })
  })

  test('from a raw key to KMS, with a context, and on to another KMS key', async () => {
    const kms = new KMSClient(account.kmsConfig())
    const { KeyMetadata } = await kms.send(new CreateKeyCommand({}))
    const AliasName = 'alias/next'
    await kms.send(new CreateAliasCommand({ AliasName, TargetKeyId: KeyMetadata?.KeyId }))
    const [app, next] = [account.keyring(), account.keyring({ keyId: AliasName })]
    const encryptionContext = { tenant: '7' }

    const object = await put()
    await client().reEncryptInstructionFile(object, {
      newKeyring: app,
      newEncryptionContext: encryptionContext,
      enforceRotation: true,
    })
    expect(await read(object, app, { encryptionContext })).toBe(text)
    const options = { newKeyring: next, encryptionContext, enforceRotation: true }
    await client({ keyring: app }).reEncryptInstructionFile(object, options)
    expect(await read(object, next, { encryptionContext })).toBe(text)
    await expect(read(object, app, { encryptionContext })).rejects.toMatchObject({
      name: 'IncorrectKeyException',
    })
    const back = { newKeyring: newAes, encryptionContext, newEncryptionContext: {} }
    await client({ keyring: next }).reEncryptInstructionFile(object, back)
    expect(await read(object)).toBe(text)
  })

  test('for a partner with a key of their own: a second file, read by its suffix', async () => {
    const { publicKey, privateKey } = generateKeyPairSync('rsa', { modulusLength: 2048 })
    const partner = rawRsaKeyring({
      publicKey: publicKey.export({ type: 'spki', format: 'der' }),
      materialDescription: { name: 'partner' },
    })
    const object = await put()
    const options = { newKeyring: partner, instructionFileSuffix: '.partner' }
    const output = await client().reEncryptInstructionFile(object, options)
    expect(output.InstructionFileKey).toBe(fileOf(object.Key, '.partner'))
    expect(await read(object, oldAes)).toBe(text)
    const theirs = rawRsaKeyring({
      privateKey: privateKey.export({ type: 'pkcs8', format: 'der' }),
    })
    const call = { instructionFileSuffix: '.partner' }
    expect(await read(object, theirs, call)).toBe(text)
    const { inFile } = await stored(object, '.partner')
    const wrapped = Buffer.from(inFile['x-amz-3'] ?? '', 'base64')
    const pseudo = privateDecrypt({ key: privateKey, oaepHash: 'sha1' }, wrapped)
    expect(pseudo.subarray(33).toString()).toBe('115')
  })

  test('the file is stored as it is said', async () => {
    const object = await put()
    const input = { ...object, Tagging: 'team=blue', ServerSideEncryption: 'AES256' } as const
    await client().reEncryptInstructionFile(input, { newKeyring: newAes })
    expect(account.aws.s3.requests.of('PutObject').at(-1)?.headers).toMatchObject({
      'x-amz-tagging': 'team=blue',
      'x-amz-server-side-encryption': 'AES256',
    })
  })
})

describe('old objects', () => {
  const legacyAes = aes('old', oldKey, {
    writeLegacyAes: true,
    enableLegacyWrappingAlgorithms: true,
  })

  test('a file of format V1 becomes one of V2', async () => {
    const object = await put({ ...cbc, keyring: legacyAes })
    expect((await stored(object)).inFile).toHaveProperty('x-amz-key')
    await client({ ...cbc, keyring: legacyAes }).reEncryptInstructionFile(object, {
      newKeyring: newAes,
    })
    const { fields, inFile, body } = await stored(object)
    expect(Object.keys(inFile).sort()).toEqual([
      'x-amz-cek-alg',
      'x-amz-iv',
      'x-amz-key-v2',
      'x-amz-matdesc',
      'x-amz-wrap-alg',
    ])
    expect(decryptIndependently(newKey, fields, body).toString()).toBe(text)
  })

  test('the old form of .NET stays, and the new file comes before it', async () => {
    const object = await put({ ...cbc, keyring: legacyAes })
    const { inFile } = await stored(object)
    const old = { EncryptedEnvelopeKey: inFile['x-amz-key'], IV: inFile['x-amz-iv'] }
    await account.store(
      fileOf(object.Key, 'INSTRUCTION_SUFFIX'),
      Buffer.from(JSON.stringify(old)),
      {},
    )
    const plain = await account.stored(object.Key)
    await account.store(object.Key, plain.body, {})
    const s3 = account.client({ ...cbc, keyring: legacyAes })
    await account.plain.send(new DeleteObjectCommand({ Bucket: BUCKET, Key: fileOf(object.Key) }))
    await s3.reEncryptInstructionFile(object, { newKeyring: newAes })
    expect(await read(object)).toBe(text)
  })

  test.each([
    ['legacy wrapping', {}, aes('old', oldKey), 'ERR_LEGACY_WRAPPING_DISABLED'],
    [
      'legacy content',
      { enableLegacyUnauthenticatedModes: false },
      legacyAes,
      'ERR_LEGACY_CONTENT_DISABLED',
    ],
  ])('%s must be enabled', async (_, options, keyring, code) => {
    const object = await put({ ...cbc, keyring: legacyAes })
    const s3 = client({ ...cbc, ...options, keyring })
    const refused = s3.reEncryptInstructionFile(object, { newKeyring: newAes })
    await expect(refused).rejects.toMatchObject({ code })
  })

  test('a wrong RSA key, which tells nothing itself, replaces no file', async () => {
    const modulus = ({ publicKey }: KeyPairKeyObjectResult) =>
      Buffer.from(publicKey.export({ format: 'jwk' }).n ?? '', 'base64url')
    // What is no smaller than a modulus would be refused for that alone.
    const [right, wrong] = [1, 2]
      .map(() => generateKeyPairSync('rsa', { modulusLength: 2048 }))
      .sort((a, b) => Buffer.compare(modulus(a), modulus(b)))
    const keyring = (pair: typeof right) =>
      rawRsaKeyring({
        publicKey: pair?.publicKey.export({ type: 'spki', format: 'der' }),
        privateKey: pair?.privateKey.export({ type: 'pkcs8', format: 'der' }),
        writeLegacyRsa: true,
        enableLegacyWrappingAlgorithms: true,
        rsa: nodeRsa,
      })
    const options = { ...forbid, keyring: keyring(right) }
    const object = await put(options)
    const before = await stored(object)
    const mistaken = client({ ...forbid, keyring: keyring(wrong) })
    await expect(
      mistaken.reEncryptInstructionFile(object, { newKeyring: newAes }),
    ).rejects.toMatchObject({ code: 'ERR_DECRYPTION_FAILED' })
    expect((await stored(object)).inFile).toEqual(before.inFile)
    await client(options).reEncryptInstructionFile(object, { newKeyring: newAes })
    expect(await read(object)).toBe(text)
  })
})

describe('what is refused', () => {
  const unchanged = async (object: { Key: string }, act: () => Promise<unknown>, code: string) => {
    const file = () => account.stored(fileOf(object.Key)).then(({ body }) => sha256(body))
    const before = await file().catch(() => undefined)
    await expect(act()).rejects.toMatchObject({ code })
    expect(await file().catch(() => undefined)).toBe(before)
  }
  const renew = (object: { Bucket: string; Key: string }, options: object = {}, s3 = client()) =>
    s3.reEncryptInstructionFile(object, { newKeyring: newAes, ...options })

  test('an envelope in the metadata: every reader would go on with the old key', async () => {
    const object = await put({ storage: 'metadata' })
    await unchanged(object, () => renew(object), 'ERR_RE_ENCRYPTION_REFUSED')
  })

  test('the description that the object has already', async () => {
    const object = await put()
    const newKeyring = aes('old', newKey)
    await unchanged(object, () => renew(object, { newKeyring }), 'ERR_RE_ENCRYPTION_REFUSED')
  })

  test('the same key under another name, where rotation is enforced', async () => {
    const object = await put()
    const again = { newKeyring: aes('new', oldKey) }
    const enforced = { ...again, enforceRotation: true }
    await unchanged(object, () => renew(object, enforced), 'ERR_ROTATION_NOT_ENFORCED')
    await renew(object, again)
    expect(await read(object, oldAes)).toBe(text)
  })

  test('the same KMS key, where rotation is enforced', async () => {
    const keyring = account.keyring()
    const object = await put({ keyring })
    const enforced = { newKeyring: account.keyring({ keyId: KEYS.app }), enforceRotation: true }
    const act = () => renew(object, enforced, client({ keyring }))
    await unchanged(object, act, 'ERR_ROTATION_NOT_ENFORCED')
  })

  test.each([
    ['115 by a client that writes without commitment', {}, forbid],
    [
      'GCM by one that writes with it',
      forbid,
      { commitmentPolicy: 'REQUIRE_ENCRYPT_ALLOW_DECRYPT' },
    ],
    ['CBC by one that writes with it', cbc, readsAll],
  ])('%s', async (_, written, options) => {
    const object = await put(written)
    const act = () => renew(object, {}, client(options))
    await unchanged(object, act, 'ERR_RE_ENCRYPTION_REFUSED')
  })

  test('what the policy does not allow to read', async () => {
    const object = await put(forbid)
    await unchanged(object, () => renew(object), 'ERR_COMMITMENT_POLICY')
  })

  test('a file that belongs to another object', async () => {
    const [object, other] = [await put(), await put()]
    const { body } = await account.stored(fileOf(other.Key))
    await account.store(fileOf(object.Key), body, {})
    await unchanged(object, () => renew(object), 'ERR_COMMITMENT_MISMATCH')
  })

  test.each([
    ['no keyring', { newKeyring: undefined }],
    ['a keyring that only reads', { newKeyring: rawAesKeyring({ keyFor: () => newKey }) }],
    ['an empty suffix', { instructionFileSuffix: '' }],
    ['a context with raw keys', { newEncryptionContext: { tenant: '7' } }],
  ])('%s', async (name, options) => {
    const object = await put()
    const code =
      name === 'a keyring that only reads' ? 'ERR_KEYRING_CANNOT_ENCRYPT' : 'ERR_CONFIGURATION'
    await unchanged(object, () => renew(object, options), code)
  })

  test('files that are ignored, or lost', async () => {
    const object = await put()
    const ignoring = account.client({ keyring: oldAes, ignoreInstructionFiles: true })
    await unchanged(object, () => renew(object, {}, ignoring), 'ERR_INSTRUCTION_FILE_MISSING')
    const refusal = { kind: 'status', status: 404, code: 'NoSuchKey' } as const
    account.aws.s3.faults.add({ operation: 'GetObject', key: fileOf(object.Key), ...refusal })
    await expect(renew(object)).rejects.toMatchObject({ code: 'ERR_INSTRUCTION_FILE_MISSING' })
    const plain = freshKey()
    await account.store(plain, Buffer.from(text), {})
    await expect(renew({ Bucket: BUCKET, Key: plain })).rejects.toMatchObject({
      code: 'ERR_ENVELOPE_MISSING',
    })
  })

  test('a file that was replaced meanwhile: that of a new object must stay', async () => {
    const object = await put()
    account.aws.s3.faults.add({
      operation: 'PutObject',
      key: fileOf(object.Key),
      kind: 'replace',
      run: async () => {
        await client().putObject({ ...object, Body: 'another' })
      },
    })
    await expect(renew(object)).rejects.toMatchObject({ code: 'ERR_OBJECT_CHANGED' })
    expect(await read(object, oldAes)).toBe('another')
  })

  test('an aborted call writes nothing', async () => {
    const object = await put()
    const abortSignal = AbortSignal.abort()
    await expect(renew(object, { abortSignal })).rejects.toMatchObject({ name: 'AbortError' })
    expect(await read(object, oldAes)).toBe(text)
  })
})

test('custom keyrings that wrap a given data key are welcome', async () => {
  const keyring: Keyring = { ...newAes }
  const object = await put()
  await client().reEncryptInstructionFile(object, { newKeyring: () => keyring })
  expect(await read(object)).toBe(text)
})
