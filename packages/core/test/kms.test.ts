import { describe, expect, test, vi } from 'vitest'
import { kmsKeyring, type Kms, type KmsKeyringOptions } from '../src/keyring/kms.ts'
import { wrappingAlgorithmByName, type WrappingAlgorithmName } from '../src/keyring/wrapping.ts'
import { algorithmSuite } from '../src/suites.ts'
import type { StringMap } from '../src/string-map.ts'

const dataKey = new Uint8Array(32).fill(1)
const encryptedDataKey = new Uint8Array(184).fill(2)
const gcm = algorithmSuite(0x0072)
const committing = algorithmSuite(0x0073)

/** Answers always; what it was asked is the point. */
const fakeKms = () =>
  ({
    generateDataKey: vi.fn(() => Promise.resolve({ dataKey, encryptedDataKey })),
    encrypt: vi.fn(() => Promise.resolve(encryptedDataKey)),
    decrypt: vi.fn(() => Promise.resolve(dataKey)),
  }) satisfies Kms

function setUp(options: Partial<KmsKeyringOptions> = {}) {
  const kms = fakeKms()
  return { kms, keyring: kmsKeyring({ keyId: 'alias/app', ...options, kms } as KmsKeyringOptions) }
}

function stored(name: WrappingAlgorithmName, description: StringMap, encryptionContext = {}) {
  const wrappingAlgorithm = wrappingAlgorithmByName(name)
  if (wrappingAlgorithm === undefined) throw new Error(name)
  return { suite: committing, encryptedDataKey, wrappingAlgorithm, description, encryptionContext }
}

const reserved = { 'aws:x-amz-cek-alg': '115' }

describe('writing', () => {
  test.each([
    [committing, '115'],
    [gcm, 'AES/GCM/NoPadding'],
  ])('kms+context binds the content algorithm', async (suite, contentAlgorithm) => {
    const { kms, keyring } = setUp({ grantTokens: ['token'] })
    const description = { tenant: '7', 'aws:x-amz-cek-alg': contentAlgorithm }
    expect(await keyring.onEncrypt({ suite, encryptionContext: { tenant: '7' } })).toEqual({
      dataKey,
      encryptedDataKey,
      wrappingAlgorithm: 'kms+context',
      description,
    })
    expect(kms.generateDataKey).toHaveBeenCalledExactlyOnceWith({
      keyId: 'alias/app',
      encryptionContext: description,
      grantTokens: ['token'],
    })
  })

  test('the legacy kms, when asked for by name, stores the key id as it was given', async () => {
    const { keyring } = setUp({ writeLegacyKms: true })
    expect(await keyring.onEncrypt({ suite: gcm, encryptionContext: {} })).toMatchObject({
      wrappingAlgorithm: 'kms',
      description: { kms_cmk_id: 'alias/app' },
    })
  })

  test('the legacy kms together with key commitment is refused before KMS', async () => {
    const { kms, keyring } = setUp({ writeLegacyKms: true })
    await expect(
      keyring.onEncrypt({ suite: committing, encryptionContext: {} }),
    ).rejects.toMatchObject({ code: 'ERR_CONFIGURATION' })
    expect(kms.generateDataKey).not.toHaveBeenCalled()
  })

  test('an existing data key is wrapped, not replaced', async () => {
    const { kms, keyring } = setUp()
    const existing = new Uint8Array(32).fill(9)
    const wrapped = await keyring.onEncrypt({
      suite: committing,
      encryptionContext: {},
      dataKey: existing,
    })
    expect(wrapped.dataKey).toBe(existing)
    expect(kms.encrypt).toHaveBeenCalledWith(expect.objectContaining({ dataKey: existing }))
    expect(kms.generateDataKey).not.toHaveBeenCalled()
  })

  test.each(['aws:x-amz-cek-alg', 'kms_cmk_id'])('the reserved key %s is refused', async (key) => {
    const { kms, keyring } = setUp()
    const encryptionContext = { [key]: 'x' }
    await expect(keyring.onEncrypt({ suite: gcm, encryptionContext })).rejects.toMatchObject({
      code: 'ERR_ENCRYPTION_CONTEXT_RESERVED',
    })
    expect(kms.generateDataKey).not.toHaveBeenCalled()
  })

  test('a context that is no map of strings is refused', async () => {
    const { keyring } = setUp()
    const encryptionContext = { tenant: 7 } as unknown as StringMap
    await expect(keyring.onEncrypt({ suite: gcm, encryptionContext })).rejects.toThrow(TypeError)
  })

  test('discovery cannot write', async () => {
    const { keyring } = setUp({ keyId: undefined, discovery: true })
    await expect(keyring.onEncrypt({ suite: gcm, encryptionContext: {} })).rejects.toMatchObject({
      code: 'ERR_KEYRING_CANNOT_ENCRYPT',
    })
  })
})

describe('reading', () => {
  test('KMS gets the stored context, reserved keys included', async () => {
    const { kms, keyring } = setUp()
    const description = { ...reserved, tenant: '7' }
    const materials = stored('kms+context', description, { tenant: '7' })
    expect(await keyring.onDecrypt(materials)).toBe(dataKey)
    expect(kms.decrypt).toHaveBeenCalledExactlyOnceWith({
      keyId: 'alias/app',
      encryptedDataKey,
      encryptionContext: description,
      grantTokens: undefined,
    })
  })

  test('discovery leaves the key to KMS', async () => {
    const { kms, keyring } = setUp({ keyId: undefined, discovery: true })
    await keyring.onDecrypt(stored('kms+context', reserved))
    expect(kms.decrypt).toHaveBeenCalledWith(expect.objectContaining({ keyId: undefined }))
  })

  test.each<[string, StringMap, StringMap]>([
    ['none given', { ...reserved, tenant: '7' }, {}],
    ['another value', { ...reserved, tenant: '7' }, { tenant: '8' }],
    ['another key', { ...reserved, tenant: '7' }, { owner: '7' }],
    ['one too many', { ...reserved, tenant: '7' }, { tenant: '7', owner: 'me' }],
    ['none stored', reserved, { tenant: '7' }],
    ['a key of the prototype', { ...reserved, tenant: '7' }, { toString: '7' }],
  ])('a context that differs is refused before KMS: %s', async (_, description, given) => {
    const { kms, keyring } = setUp()
    await expect(
      keyring.onDecrypt(stored('kms+context', description, given)),
    ).rejects.toMatchObject({ code: 'ERR_ENCRYPTION_CONTEXT_MISMATCH' })
    expect(kms.decrypt).not.toHaveBeenCalled()
  })

  test('the key id that old writers stored is no part of the comparison', async () => {
    const { keyring } = setUp()
    const description = { ...reserved, kms_cmk_id: 'x', tenant: '7' }
    const materials = stored('kms+context', description, { tenant: '7' })
    expect(await keyring.onDecrypt(materials)).toBe(dataKey)
  })

  test('a data key made for another content algorithm is refused before KMS', async () => {
    const { kms, keyring } = setUp()
    const materials = stored('kms+context', { 'aws:x-amz-cek-alg': 'AES/GCM/NoPadding' })
    await expect(keyring.onDecrypt(materials)).rejects.toMatchObject({
      code: 'ERR_ENCRYPTION_CONTEXT_MISMATCH',
    })
    expect(kms.decrypt).not.toHaveBeenCalled()
  })

  describe('legacy kms', () => {
    const description = { kms_cmk_id: 'alias/app', 'aws:ses:rule-name': 'inbox' }

    test('is refused unless enabled', async () => {
      const { kms, keyring } = setUp()
      await expect(keyring.onDecrypt(stored('kms', description))).rejects.toMatchObject({
        code: 'ERR_LEGACY_WRAPPING_DISABLED',
      })
      expect(kms.decrypt).not.toHaveBeenCalled()
    })

    test('sends the whole stored map', async () => {
      const { kms, keyring } = setUp({ enableLegacyWrappingAlgorithms: true })
      await keyring.onDecrypt(stored('kms', description))
      expect(kms.decrypt).toHaveBeenCalledWith(
        expect.objectContaining({ encryptionContext: description }),
      )
    })

    test('refuses a context of the reader, which it cannot check', async () => {
      const { keyring } = setUp({ enableLegacyWrappingAlgorithms: true })
      await expect(
        keyring.onDecrypt(stored('kms', description, { tenant: '7' })),
      ).rejects.toMatchObject({ code: 'ERR_ENCRYPTION_CONTEXT_MISMATCH' })
    })
  })

  test.each(['AES/GCM', 'RSA-OAEP-SHA1', 'AESWrap', 'AES', 'RSA'] as const)(
    '%s is not for this keyring',
    async (name) => {
      const { keyring } = setUp({ enableLegacyWrappingAlgorithms: true })
      await expect(keyring.onDecrypt(stored(name, {}))).rejects.toMatchObject({
        code: 'ERR_WRAPPING_ALGORITHM_UNSUPPORTED',
      })
    },
  )
})

test.each([{}, { keyId: '' }, { keyId: 'alias/app', discovery: true }, { discovery: false }])(
  '%o names no key, or two ways to find one',
  (options) => {
    expect(() => kmsKeyring({ ...options, kms: fakeKms() } as KmsKeyringOptions)).toThrow(
      expect.objectContaining({ code: 'ERR_CONFIGURATION' }),
    )
  },
)
