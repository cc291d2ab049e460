import { createDecipheriv, hkdfSync } from 'node:crypto'
import fc from 'fast-check'
import { describe, expect, test, vi } from 'vitest'
import {
  algorithmSuite,
  beginDecryption,
  decrypt,
  encrypt,
  isS3EncryptionError,
  S3EncryptionError,
  type EncryptionPolicy,
  type Keyring,
  type WrappedDataKey,
} from '../src/index.ts'

/** Wraps by xor with 0x5a: enough to follow a data key through the envelope. */
function toyKeyring(answer: Partial<WrappedDataKey> = {}) {
  const xor = (bytes: Uint8Array) => bytes.map((byte) => byte ^ 0x5a)
  return {
    onEncrypt: vi.fn<Keyring['onEncrypt']>(({ encryptionContext }) => {
      const dataKey = crypto.getRandomValues(new Uint8Array(32))
      return Promise.resolve({
        dataKey,
        encryptedDataKey: xor(dataKey),
        wrappingAlgorithm: 'kms+context' as const,
        description: encryptionContext,
        ...answer,
      })
    }),
    onDecrypt: vi.fn<Keyring['onDecrypt']>(({ encryptedDataKey }) =>
      Promise.resolve(xor(encryptedDataKey)),
    ),
  }
}

const legacy = {
  commitmentPolicy: 'REQUIRE_ENCRYPT_ALLOW_DECRYPT',
  enableLegacyUnauthenticatedModes: true,
} as const
const policies: [string, EncryptionPolicy][] = [
  ['115', {}],
  ['GCM', { commitmentPolicy: 'FORBID_ENCRYPT_ALLOW_DECRYPT' }],
  [
    'CBC',
    {
      commitmentPolicy: 'FORBID_ENCRYPT_ALLOW_DECRYPT',
      algorithmSuite: 'ALG_AES_256_CBC_IV16_NO_KDF',
      writeLegacyCbc: true,
    },
  ],
]

/** The same with node:crypto and nothing of this library. */
const independent: Record<
  string,
  (dataKey: Buffer, m: (name: string) => Buffer, body: Buffer) => Buffer
> = {
  115: (dataKey, m, body) => {
    const derive = (label: string, length: number) =>
      Buffer.from(hkdfSync('sha512', dataKey, m('x-amz-i'), `\0\x73${label}`, length))
    expect(m('x-amz-d')).toEqual(derive('COMMITKEY', 28))
    const key = derive('DERIVEKEY', 32)
    const decipher = createDecipheriv('aes-256-gcm', key, Buffer.alloc(12, 1))
    decipher.setAAD(Buffer.from([0, 0x73]))
    decipher.setAuthTag(body.subarray(-16))
    return Buffer.concat([decipher.update(body.subarray(0, -16)), decipher.final()])
  },
  GCM: (dataKey, m, body) => {
    const decipher = createDecipheriv('aes-256-gcm', dataKey, m('x-amz-iv'))
    decipher.setAuthTag(body.subarray(-16))
    return Buffer.concat([decipher.update(body.subarray(0, -16)), decipher.final()])
  },
  CBC: (dataKey, m, body) => {
    const decipher = createDecipheriv('aes-256-cbc', dataKey, m('x-amz-iv'))
    return Buffer.concat([decipher.update(body), decipher.final()])
  },
}
const wrappedKeys: Record<string, string> = {
  115: 'x-amz-3',
  GCM: 'x-amz-key-v2',
  CBC: 'x-amz-key-v2',
}

describe.each(policies)('%s', (name, policy) => {
  test('is what node:crypto understands, and comes back', () =>
    fc.assert(
      fc.asyncProperty(fc.uint8Array({ maxLength: 100 }), async (plaintext) => {
        const keyring = toyKeyring()
        const { body, metadata } = await encrypt(plaintext, { ...policy, keyring })
        const field = (key: string) => Buffer.from(metadata[key] ?? '', 'base64')
        const dataKey = field(wrappedKeys[name] ?? '').map((byte) => byte ^ 0x5a)
        const read = independent[name]?.(Buffer.from(dataKey), field, Buffer.from(body))
        expect(read).toEqual(Buffer.from(plaintext))
        expect(await decrypt({ body, metadata }, { ...legacy, keyring })).toEqual(
          Uint8Array.from(plaintext),
        )
      }),
      { numRuns: 30 },
    ))

  test('every object has its own data key and IV', async () => {
    const keyring = toyKeyring()
    const write = () => encrypt(new Uint8Array(40), { ...policy, keyring })
    const objects = [await write(), await write()]
    for (const key of ['x-amz-i', 'x-amz-iv', 'x-amz-3', 'x-amz-key-v2']) {
      const values = objects.flatMap(({ metadata }) => metadata[key] ?? [])
      expect(new Set(values).size).toBe(values.length)
    }
  })

  test('user metadata is kept, a stale envelope is not', async () => {
    const metadata = { Owner: 'me', 'X-Amz-Key': 'stale', 'x-amz-c': 'stale', 'x-amz-iv': 'stale' }
    const keyring = toyKeyring()
    const written = await encrypt(new Uint8Array(3), { ...policy, keyring, metadata })
    expect(written.metadata).toMatchObject({ owner: 'me' })
    expect(await decrypt(written, { ...legacy, keyring })).toHaveLength(3)
  })
})

test('V2 stores the length of the plaintext, V3 does not', async () => {
  const keyring = toyKeyring()
  const forbid = { commitmentPolicy: 'FORBID_ENCRYPT_ALLOW_DECRYPT' } as const
  const v2 = await encrypt(new Uint8Array(5), { keyring, ...forbid })
  expect(v2.metadata).toHaveProperty('x-amz-unencrypted-content-length', '5')
  const v3 = await encrypt(new Uint8Array(5), { keyring })
  expect(Object.keys(v3.metadata).sort()).toEqual([
    'x-amz-3',
    'x-amz-c',
    'x-amz-d',
    'x-amz-i',
    'x-amz-w',
  ])
})

test('the policy is checked before the keyring is asked', async () => {
  const keyring = toyKeyring()
  const forbid = { commitmentPolicy: 'FORBID_ENCRYPT_ALLOW_DECRYPT' } as const
  const object = await encrypt(new Uint8Array(5), { keyring, ...forbid })
  await expect(decrypt(object, { keyring })).rejects.toMatchObject({
    code: 'ERR_COMMITMENT_POLICY',
  })
  expect(keyring.onDecrypt).not.toHaveBeenCalled()
})

test.each<[string, Partial<WrappedDataKey>, string]>([
  ['a short data key', { dataKey: new Uint8Array(16) }, 'ERR_DATA_KEY_INVALID'],
  ['no data key', { dataKey: undefined as never }, 'ERR_DATA_KEY_INVALID'],
  ['a data key in base64', { dataKey: 'AAAA' as never }, 'ERR_DATA_KEY_INVALID'],
  ['no wrapped key', { encryptedDataKey: undefined as never }, 'ERR_DATA_KEY_INVALID'],
  ['an empty wrapped key', { encryptedDataKey: new Uint8Array(0) }, 'ERR_DATA_KEY_INVALID'],
  ['no description', { description: undefined as never }, 'ERR_CONFIGURATION'],
  ['a description with a number', { description: { id: 1 } as never }, 'ERR_CONFIGURATION'],
  [
    'an unknown algorithm',
    { wrappingAlgorithm: 'rot13' as never },
    'ERR_WRAPPING_ALGORITHM_UNSUPPORTED',
  ],
  ['a legacy algorithm for V3', { wrappingAlgorithm: 'kms' }, 'ERR_WRAPPING_ALGORITHM_UNSUPPORTED'],
])('a keyring that answers with %s', async (_, answer, code) => {
  const keyring = toyKeyring(answer)
  await expect(encrypt(new Uint8Array(5), { keyring })).rejects.toMatchObject({ code })
})

test.each([0, 8, 16, 24, 31, 33])('a data key of %i bytes is not for suite 115', async (length) => {
  const keyring = toyKeyring()
  const object = await encrypt(new Uint8Array(5), { keyring })
  const wrong = { ...keyring, onDecrypt: () => Promise.resolve(new Uint8Array(length)) }
  await expect(decrypt(object, { keyring: wrong })).rejects.toMatchObject({
    code: 'ERR_DATA_KEY_INVALID',
  })
})

test('a keyring that answers a reader with no bytes', async () => {
  const keyring = toyKeyring()
  const object = await encrypt(new Uint8Array(5), { keyring })
  const wrong = { ...keyring, onDecrypt: () => Promise.resolve('AAAA' as never) }
  await expect(decrypt(object, { keyring: wrong })).rejects.toMatchObject({
    code: 'ERR_DATA_KEY_INVALID',
  })
})

test('a committing suite without a commitment never yields a key', async () => {
  const keyring = toyKeyring()
  const suite = algorithmSuite(0x0073)
  const iv = new Uint8Array(28)
  const wrappingAlgorithm = {
    name: 'kms+context',
    code: '12',
    named: true,
    kms: true,
    legacy: false,
  } as const
  const envelope = {
    format: 3,
    suite,
    iv,
    commitment: undefined,
    encryptedDataKey: new Uint8Array(32),
    wrappingAlgorithm,
    description: {},
  } as const
  await expect(beginDecryption({ keyring, envelope, policy: {} })).rejects.toMatchObject({
    code: 'ERR_COMMITMENT_MISMATCH',
  })
})

test('metadata that S3 would not store is refused before anything is encrypted', async () => {
  const keyring = toyKeyring()
  const metadata = { note: 'x'.repeat(2000) }
  await expect(encrypt(new Uint8Array(5), { keyring, metadata })).rejects.toMatchObject({
    code: 'ERR_METADATA_TOO_LARGE',
  })
})

test('errors are recognised across realms, and carry no cause into logs', () => {
  const error = new S3EncryptionError('ERR_UNWRAP_FAILED', 'no', { cause: new Error('secret') })
  expect(isS3EncryptionError(structuredCloneLike(error))).toBe(true)
  expect(isS3EncryptionError(new Error('other'))).toBe(false)
  expect(isS3EncryptionError(null)).toBe(false)
  expect(JSON.stringify(error)).not.toContain('secret')
})

const structuredCloneLike = (error: Error): unknown => JSON.parse(JSON.stringify(error))

test('a wrapping that fails after its keyring was refused does not go unhandled', async () => {
  const unhandled = vi.fn()
  process.on('unhandledRejection', unhandled)
  const keyring = {
    ...toyKeyring(),
    onEncrypt: () =>
      Promise.resolve({
        dataKey: new Uint8Array(1),
        encryptedDataKey: Promise.reject(new Error('no')),
        wrappingAlgorithm: 'kms+context' as const,
        description: {},
      }),
  }
  await expect(encrypt(new Uint8Array(0), { keyring })).rejects.toMatchObject({
    code: 'ERR_DATA_KEY_INVALID',
  })
  await new Promise((resolve) => setImmediate(resolve))
  process.off('unhandledRejection', unhandled)
  expect(unhandled).not.toHaveBeenCalled()
})
