// SPDX-License-Identifier: Apache-2.0
import {
  constants,
  createDecipheriv,
  createPrivateKey,
  generateKeyPairSync,
  privateDecrypt,
  randomBytes,
} from 'node:crypto'
import { Readable } from 'node:stream'
import { DecryptCommand, KMSClient } from '@aws-sdk/client-kms'
import { rawAesKeyring, toBase64 } from '@s3-cse/client'
import {
  AsymmetricCryptoContext,
  CryptoContext,
  KMSCryptoContext,
  MockKMSCryptoContext,
  S3CSE,
  SymmetricCryptoContext,
  type EncryptionAesKey,
} from '@s3-cse/client/s3cse'
import { rawRsa } from '@s3-cse/core/raw-rsa'
import { afterAll, describe, expect, test } from 'vitest'
import type { LegacyObject } from '../../../conformance/legacy/writers.ts'
import { useLegacyObjects } from './legacy-objects.ts'
import { BUCKET, bytes, freshKey, KEYS, useAccount } from './support.ts'

const account = useAccount()
const aesKey = randomBytes(32)
const { publicKey, privateKey } = generateKeyPairSync('rsa', {
  modulusLength: 2048,
  publicKeyEncoding: { type: 'spki', format: 'der' },
  privateKeyEncoding: { type: 'pkcs8', format: 'der' },
})
const mockKey = randomBytes(32)

const kms = () => new KMSClient(account.kmsConfig())
const contexts = {
  'KMS, authenticated': () =>
    new KMSCryptoContext({ keyId: KEYS.app, kmsClientArgs: account.kmsConfig() }),
  'KMS, not authenticated': () =>
    new KMSCryptoContext({
      keyId: KEYS.app,
      kmsClientArgs: account.kmsConfig(),
      authenticatedEncryption: false,
    }),
  symmetric: () => new SymmetricCryptoContext({ key: aesKey }),
  asymmetric: () => new AsymmetricCryptoContext({ publicKey, privateKey, rsa: rawRsa }),
  mock: () =>
    new MockKMSCryptoContext({
      aesKey: mockKey,
      materialDescription: { anything: 'at all' },
      encryptedKey: Buffer.from('an encrypted key'),
    }),
}
const names = Object.keys(contexts) as (keyof typeof contexts)[]
const open: S3CSE[] = []
const s3cse = (cryptoContext: CryptoContext) => {
  const facade = new S3CSE({ cryptoContext, s3ClientArgs: account.s3Config })
  open.push(facade)
  return facade
}
afterAll(() => Promise.all(open.map((facade) => facade.close())))

/** What each context stores besides the encrypted key and the IV, and how its key is unwrapped. */
const kmsDecrypt = async (CiphertextBlob: Buffer, EncryptionContext: Record<string, string>) =>
  Buffer.from(
    (await kms().send(new DecryptCommand({ CiphertextBlob, EncryptionContext }))).Plaintext ?? [],
  )
const gcm = { 'x-amz-cek-alg': 'AES/GCM/NoPadding', 'x-amz-tag-len': '128' }
const cbc = { 'x-amz-cek-alg': 'AES/CBC/PKCS5Padding' }
const described = { 'x-amz-matdesc': `{"kms_cmk_id":"${KEYS.app}"}`, 'x-amz-wrap-alg': 'kms' }
const rows: Record<
  keyof typeof contexts,
  {
    key: 'x-amz-key' | 'x-amz-key-v2'
    fields: Record<string, string>
    unwrap: (wrapped: Buffer) => Buffer | Promise<Buffer>
  }
> = {
  'KMS, authenticated': {
    key: 'x-amz-key-v2',
    fields: { ...described, ...gcm },
    unwrap: (wrapped) => kmsDecrypt(wrapped, { kms_cmk_id: KEYS.app }),
  },
  'KMS, not authenticated': {
    key: 'x-amz-key-v2',
    fields: { ...described, ...cbc },
    unwrap: (wrapped) => kmsDecrypt(wrapped, { kms_cmk_id: KEYS.app }),
  },
  symmetric: {
    key: 'x-amz-key',
    fields: { 'x-amz-matdesc': '{}' },
    unwrap: (wrapped) => {
      const ecb = createDecipheriv('aes-256-ecb', aesKey, null)
      return Buffer.concat([ecb.update(wrapped), ecb.final()])
    },
  },
  asymmetric: {
    key: 'x-amz-key',
    fields: { 'x-amz-matdesc': '{}' },
    unwrap: (wrapped) => {
      const key = { key: privateKey, format: 'der', type: 'pkcs8' } as const
      const block = privateDecrypt({ ...key, padding: constants.RSA_NO_PADDING }, wrapped)
      expect(block.subarray(0, 2)).toEqual(Buffer.of(0, 2))
      expect(block.indexOf(0, 2)).toBe(block.length - 33)
      return block.subarray(-32)
    },
  },
  mock: {
    key: 'x-amz-key-v2',
    fields: { 'x-amz-matdesc': '{"anything":"at all"}', 'x-amz-wrap-alg': 'kms', ...gcm },
    unwrap: (wrapped) => {
      expect(wrapped.toString()).toBe('an encrypted key')
      return mockKey
    },
  },
}

describe.each(names)('%s', (name) => {
  const { key, fields, unwrap } = rows[name]

  test('writes what aioboto3 writes, readable with node:crypto and KMS alone', async () => {
    const Key = freshKey()
    const Metadata = { some: 'thing' }
    const Body = Buffer.from('Some sensitive data')
    await s3cse(contexts[name]()).putObject({ Bucket: BUCKET, Key, Body, Metadata })
    expect(Metadata).toEqual({ some: 'thing' })
    const { metadata, body } = await account.stored(Key)
    const { [key]: wrapped = '', 'x-amz-iv': iv = '', ...rest } = metadata
    expect(rest).toEqual({ some: 'thing', ...fields, 'x-amz-unencrypted-content-length': '19' })

    const dataKey = await unwrap(Buffer.from(wrapped, 'base64'))
    const authenticated = 'x-amz-tag-len' in fields
    const nonce = Buffer.from(iv, 'base64')
    const decipher = authenticated
      ? createDecipheriv('aes-256-gcm', dataKey, nonce).setAuthTag(body.subarray(-16))
      : createDecipheriv('aes-256-cbc', dataKey, nonce)
    const ciphertext = authenticated ? body.subarray(0, -16) : body
    expect(Buffer.concat([decipher.update(ciphertext), decipher.final()])).toEqual(Body)
  })

  test.each([0, 16, 1000])('reads back %i bytes, streamed', async (size) => {
    const Key = freshKey()
    const facade = s3cse(contexts[name]())
    const content = randomBytes(size)
    await facade.putObject({ Bucket: BUCKET, Key, Body: Readable.from([content]) })
    const { metadata } = await account.stored(Key)
    expect(metadata).toHaveProperty(['x-amz-unencrypted-content-length'], String(size))
    expect(await bytes(await facade.getObject({ Bucket: BUCKET, Key }))).toEqual(content)
  })

  test('reads ranges, the last byte and what lies beyond byte 256 included', async () => {
    const Key = freshKey()
    const facade = s3cse(contexts[name]())
    const content = randomBytes(1000)
    await facade.putObject({ Bucket: BUCKET, Key, Body: content })
    for (const [Range, start, end] of [
      ['bytes=0-5', 0, 6],
      ['bytes=100-255', 100, 256],
      ['bytes=300-700', 300, 701],
      ['bytes=990-', 990, 1000],
      ['bytes=990-2000', 990, 1000],
      ['bytes=-10', 990, 1000],
    ] as const) {
      const output = await facade.getObject({ Bucket: BUCKET, Key, Range })
      expect(await bytes(output)).toEqual(content.subarray(start, end))
    }
  })
})

describe('reads what aioboto3 reads', () => {
  const written = useLegacyObjects(account)

  test('of any client, with or without an encryption context, and what it cannot', async () => {
    const reader = (name: LegacyObject['key']): CryptoContext => {
      if (name === 'kms') return new KMSCryptoContext({ kmsClientArgs: account.kmsConfig() })
      if (name !== 'rsa') return new SymmetricCryptoContext({ key: written.keys[name] })
      const der = written.keys.rsa.privateKey.export({ type: 'pkcs8', format: 'der' })
      return new AsymmetricCryptoContext({ privateKey: der, rsa: rawRsa })
    }
    const inMetadata = written.objects.filter(
      ({ instructionFile }) => instructionFile === undefined,
    )
    for (const { id, key, metadata, body, plaintext } of inMetadata) {
      const Key = freshKey()
      await account.store(Key, body, metadata)
      const read = await s3cse(reader(key)).getObject({ Bucket: BUCKET, Key })
      expect([id, await bytes(read)]).toEqual([id, plaintext])
    }
  })

  test('objects without an envelope, as they are, and ranges of them', async () => {
    const Key = freshKey()
    await account.store(Key, Buffer.from('not encrypted'), {})
    const facade = s3cse(contexts.symmetric())
    account.aws.s3.requests.clear()
    const text = async (Range?: string) =>
      (await bytes(await facade.getObject({ Bucket: BUCKET, Key, Range }))).toString()
    expect(await text()).toBe('not encrypted')
    expect(account.aws.s3.requests.of('GetObject')).toHaveLength(1)
    expect(await text('bytes=4-6')).toBe('enc')
  })

  test('format V3 too', async () => {
    const Key = freshKey()
    const client = account.client({ keyring: rawAesKeyring({ wrappingKey: aesKey }) })
    await client.putObject({ Bucket: BUCKET, Key, Body: 'committed' })
    const read = await s3cse(contexts.symmetric()).getObject({ Bucket: BUCKET, Key })
    expect((await bytes(read)).toString()).toBe('committed')
  })
})

describe("a context of one's own", () => {
  class Shifting extends CryptoContext {
    readonly calls: string[] = []
    readonly #shift = (key: Uint8Array, by: number) => key.map((byte) => byte + by)
    override setup() {
      this.calls.push('setup')
      return Promise.resolve()
    }
    override close() {
      this.calls.push('close')
      return Promise.resolve()
    }
    override getDecryptionAesKey(key: Uint8Array, materialDescription: Record<string, string>) {
      this.calls.push(materialDescription['by'] ?? '')
      return Promise.resolve(this.#shift(key, -1))
    }
    override getEncryptionAesKey(): Promise<EncryptionAesKey> {
      const key = randomBytes(32)
      return Promise.resolve([key, { by: '1' }, toBase64(this.#shift(key, 1))])
    }
  }

  test('is set up once, asked, and closed', async () => {
    const context = new Shifting()
    const facade = new S3CSE({ cryptoContext: context, s3ClientArgs: account.s3Config })
    const object = { Bucket: BUCKET, Key: freshKey() }
    await facade.putObject({ ...object, Body: 'mine' })
    expect((await bytes(await facade.getObject(object))).toString()).toBe('mine')
    expect((await account.stored(object.Key)).metadata).toMatchObject({
      'x-amz-matdesc': '{"by":"1"}',
    })
    await facade.close()
    expect(context.calls).toEqual(['setup', '1', 'close'])
  })

  test('that answers no base64 is refused', async () => {
    class Wrong extends Shifting {
      override getEncryptionAesKey(): Promise<EncryptionAesKey> {
        return Promise.resolve([randomBytes(32), {}, 'no base64!'])
      }
    }
    const put = s3cse(new Wrong()).putObject({ Bucket: BUCKET, Key: freshKey(), Body: 'x' })
    await expect(put).rejects.toMatchObject({ code: 'ERR_DATA_KEY_INVALID' })
  })
})

test('keys come in DER, and under a password', async () => {
  const encrypted = createPrivateKey({ key: privateKey, format: 'der', type: 'pkcs8' }).export({
    format: 'der',
    type: 'pkcs8',
    cipher: 'aes-256-cbc',
    passphrase: 'secret',
  })
  const facade = s3cse(
    new AsymmetricCryptoContext({
      publicKey: AsymmetricCryptoContext.fromDerPublicKey(publicKey),
      privateKey: await AsymmetricCryptoContext.fromDerPrivateKey(encrypted, 'secret'),
      rsa: rawRsa,
    }),
  )
  const object = { Bucket: BUCKET, Key: freshKey() }
  await facade.putObject({ ...object, Body: 'mine' })
  expect((await bytes(await facade.getObject(object))).toString()).toBe('mine')
  expect(await AsymmetricCryptoContext.fromDerPrivateKey(privateKey)).toBe(privateKey)
})

describe('what is missing is said', () => {
  const put = (context: CryptoContext) =>
    s3cse(context).putObject({ Bucket: BUCKET, Key: freshKey(), Body: 'x' })

  test('KMS without a key id, and RSA without a public key, cannot write', async () => {
    const reader = new KMSCryptoContext({ kmsClientArgs: account.kmsConfig() })
    await expect(put(reader)).rejects.toMatchObject({ code: 'ERR_KEYRING_CANNOT_ENCRYPT' })
    const rsa = new AsymmetricCryptoContext({ privateKey, rsa: rawRsa })
    await expect(put(rsa)).rejects.toMatchObject({ code: 'ERR_KEYRING_CANNOT_ENCRYPT' })
  })

  test('RSA without a private key cannot read', async () => {
    const object = { Bucket: BUCKET, Key: freshKey() }
    const facade = s3cse(new AsymmetricCryptoContext({ publicKey }))
    await facade.putObject({ ...object, Body: 'x' })
    await expect(facade.getObject(object)).rejects.toMatchObject({
      code: 'ERR_KEYRING_CANNOT_DECRYPT',
    })
  })

  test('a context that is not set up', async () => {
    const context = new KMSCryptoContext({ keyId: KEYS.app })
    await expect(context.getEncryptionAesKey()).rejects.toMatchObject({ code: 'ERR_CONFIGURATION' })
  })

  test('a wrong key: KMS says so, CBC fails to decrypt', async () => {
    const object = { Bucket: BUCKET, Key: freshKey() }
    await s3cse(contexts.symmetric()).putObject({ ...object, Body: 'x' })
    const wrong = s3cse(new SymmetricCryptoContext({ key: randomBytes(32) }))
    await expect(wrong.getObject(object)).rejects.toMatchObject({
      name: expect.stringMatching(/^S3Encryption/) as unknown,
    })
  })
})
