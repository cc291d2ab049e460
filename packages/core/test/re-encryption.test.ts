import { generateKeyPairSync, randomBytes } from 'node:crypto'
import { beforeAll, describe, expect, test } from 'vitest'
import type { Envelope } from '../src/envelope/envelope.ts'
import { S3EncryptionError } from '../src/errors.ts'
import type { Keyring } from '../src/keyring/keyring.ts'
import { kmsKeyring, type Kms } from '../src/keyring/kms.ts'
import { multiKeyring } from '../src/keyring/multi.ts'
import { rawAesKeyring } from '../src/keyring/raw-aes.ts'
import { rawRsaKeyring } from '../src/keyring/raw-rsa.ts'
import { beginDecryption, beginEncryption } from '../src/materials.ts'
import { reEncryptDataKey, type ReEncryptionRequest } from '../src/re-encryption.ts'
import { algorithmSuite } from '../src/suites.ts'

const V3 = algorithmSuite(0x0073)
const V2 = algorithmSuite(0x0072)
const CBC = algorithmSuite(0x0070)
const policy = {
  commitmentPolicy: 'REQUIRE_ENCRYPT_ALLOW_DECRYPT',
  enableLegacyUnauthenticatedModes: true,
} as const

const aes = (name: string, wrappingKey = randomBytes(32), more = {}) =>
  rawAesKeyring({ wrappingKey, materialDescription: { name }, ...more })

/** A service with keys by name that answers as AWS KMS does. */
function service(...names: string[]): Kms {
  const entries: { keyId: string; dataKey: Uint8Array; context: string }[] = []
  const contextOf = (context: object) => JSON.stringify(Object.entries(context).sort())
  const refuse = (name: string) => Object.assign(new Error(name), { name })
  const encrypt: Kms['encrypt'] = ({ keyId, dataKey, encryptionContext }) => {
    entries.push({ keyId, dataKey, context: contextOf(encryptionContext) })
    return Promise.resolve(Uint8Array.of(entries.length - 1))
  }
  return {
    encrypt,
    async generateDataKey(request) {
      const dataKey = Uint8Array.from(randomBytes(32))
      return { dataKey, encryptedDataKey: await encrypt({ ...request, dataKey }) }
    },
    decrypt({ keyId, encryptedDataKey, encryptionContext }) {
      const entry = entries[encryptedDataKey[0] ?? -1]
      if (entry?.context !== contextOf(encryptionContext)) {
        return Promise.reject(refuse('InvalidCiphertextException'))
      }
      if (keyId !== undefined && keyId !== entry.keyId) {
        return Promise.reject(refuse('IncorrectKeyException'))
      }
      if (!names.includes(entry.keyId)) return Promise.reject(refuse('AccessDeniedException'))
      return Promise.resolve(entry.dataKey)
    },
  }
}

async function write(keyring: Keyring, suite = V3, encryptionContext = {}) {
  const { contentKey, envelope } = await beginEncryption({ keyring, suite, encryptionContext })
  return { key: contentKey.key, envelope }
}
const read = async (keyring: Keyring, envelope: Envelope, encryptionContext = {}) =>
  (await beginDecryption({ keyring, envelope, policy, encryptionContext })).key

const renew = (request: Omit<ReEncryptionRequest, 'policy'>) =>
  reEncryptDataKey({ policy, ...request })

const pair = () => generateKeyPairSync('rsa', { modulusLength: 2048 })
const rsa = (name: string, { publicKey, privateKey }: ReturnType<typeof pair>) =>
  rawRsaKeyring({
    publicKey: publicKey.export({ type: 'spki', format: 'pem' }),
    privateKey: privateKey.export({ type: 'pkcs8', format: 'pem' }),
    materialDescription: { name },
  })
let rsaKeyring: (name: string) => Keyring
beforeAll(() => {
  const keys = pair()
  rsaKeyring = (name) => rsa(name, keys)
})

describe('the data key goes from one keyring to another', () => {
  const kms = service('a', 'b')
  const keyrings: Record<string, (name: string) => Keyring> = {
    AES: (name) => aes(name),
    RSA: (name) => rsaKeyring(name),
    KMS: (name) => kmsKeyring({ kms, keyId: name }),
  }
  const pairs = Object.keys(keyrings).flatMap((from) =>
    Object.keys(keyrings).flatMap((to) => [V3, V2, CBC].map((suite) => [from, to, suite] as const)),
  )
  test.each(pairs)('%s to %s, $name', async (from, to, suite) => {
    const [old, next] = [keyrings[from]?.('a') as Keyring, keyrings[to]?.('b') as Keyring]
    const { key, envelope } = await write(old, suite)
    const renewed = await renew({ keyring: old, newKeyring: next, envelope })
    expect(await read(next, renewed)).toEqual(key)
    expect(await read(old, envelope)).toEqual(key)
    const { iv, commitment } = envelope
    expect(renewed).toMatchObject({ suite, iv, commitment })
    expect(renewed.encryptedDataKey).not.toEqual(envelope.encryptedDataKey)
  })

  test('format V1 becomes V2, with a wrapping that has a name', async () => {
    const legacy = aes('a', randomBytes(32), {
      writeLegacyAes: true,
      enableLegacyWrappingAlgorithms: true,
    })
    const { key, envelope } = await write(legacy, CBC)
    expect(envelope.format).toBe(1)
    const newKeyring = aes('b')
    const renewed = await renew({ keyring: legacy, newKeyring, envelope })
    expect(renewed).toMatchObject({ format: 2, wrappingAlgorithm: { name: 'AES/GCM' } })
    expect(await read(newKeyring, renewed)).toEqual(key)
  })

  test('the encryption context stays unless another is given', async () => {
    const [old, next] = [kmsKeyring({ kms, keyId: 'a' }), kmsKeyring({ kms, keyId: 'b' })]
    const [tenant, other] = [{ tenant: '7' }, { tenant: '8' }]
    const { key, envelope } = await write(old, V3, tenant)
    const request = { keyring: old, newKeyring: next, envelope, encryptionContext: tenant }
    expect(await read(next, await renew(request), tenant)).toEqual(key)
    const moved = await renew({ ...request, newEncryptionContext: other })
    expect(await read(next, moved, other)).toEqual(key)
    await expect(renew({ ...request, encryptionContext: other })).rejects.toMatchObject({
      code: 'ERR_ENCRYPTION_CONTEXT_MISMATCH',
    })
    const raw = aes('raw')
    const out = { ...request, newKeyring: raw }
    await expect(renew(out)).rejects.toMatchObject({ code: 'ERR_CONFIGURATION' })
    expect(await read(raw, await renew({ ...out, newEncryptionContext: {} }))).toEqual(key)
  })
})

describe('what is refused', () => {
  test('raw keys with the description that the object has', async () => {
    const keyring = aes('a')
    const { envelope } = await write(keyring)
    for (const newKeyring of [aes('a'), rsaKeyring('a')]) {
      await expect(renew({ keyring, newKeyring, envelope })).rejects.toMatchObject({
        code: 'ERR_RE_ENCRYPTION_REFUSED',
      })
    }
  })

  test('a keyring that makes a data key of its own', async () => {
    const keyring = aes('a')
    const { envelope } = await write(keyring)
    const other = aes('b')
    const newKeyring: Keyring = {
      ...other,
      onEncrypt: ({ suite, encryptionContext }) => other.onEncrypt({ suite, encryptionContext }),
    }
    await expect(renew({ keyring, newKeyring, envelope })).rejects.toMatchObject({
      code: 'ERR_DATA_KEY_INVALID',
    })
  })

  test('what may not be read, before any key is used', async () => {
    const keyring = aes('a')
    const { envelope } = await write(keyring, V2)
    const never: Keyring = {
      onEncrypt: () => Promise.reject(new Error('used')),
      onDecrypt: () => Promise.reject(new Error('used')),
    }
    await expect(
      reEncryptDataKey({ keyring: never, newKeyring: never, envelope, policy: {} }),
    ).rejects.toMatchObject({ code: 'ERR_COMMITMENT_POLICY' })
    const { commitment } = (await write(keyring)).envelope
    const swapped = { ...(await write(keyring)).envelope, commitment }
    await expect(renew({ keyring, newKeyring: never, envelope: swapped })).rejects.toMatchObject({
      code: 'ERR_COMMITMENT_MISMATCH',
    })
  })
})

describe('enforced rotation', () => {
  const key = randomBytes(32)
  const refused = { code: 'ERR_ROTATION_NOT_ENFORCED' }
  const rotate = async (keyring: Keyring, newKeyring: Keyring, suite = V3) => {
    const { envelope } = await write(keyring, suite)
    return renew({ keyring, newKeyring, envelope, enforceRotation: true })
  }

  test('takes another key, and not the same under another name', async () => {
    await rotate(aes('a', key), aes('b'))
    await rotate(rsaKeyring('a'), rsa('b', pair()))
    await rotate(aes('a', key), rsaKeyring('b'))
    await expect(rotate(aes('a', key), aes('b', key))).rejects.toMatchObject(refused)
    await expect(rotate(rsaKeyring('a'), rsaKeyring('b'))).rejects.toMatchObject(refused)
    await expect(rotate(rsaKeyring('a'), rsaKeyring('b'), V2)).rejects.toMatchObject(refused)
  })

  test('sees through further keys: those that the description selects, and those it hides', async () => {
    const next = randomBytes(32)
    const entry = (wrappingKey: Buffer) => ({
      additionalKeys: [{ materialDescription: { name: 'b' }, wrappingKey }],
    })
    const knowing = aes('a', key, entry(next))
    await expect(rotate(knowing, aes('b', next))).rejects.toMatchObject(refused)
    const hiding = aes('a', key, entry(randomBytes(32)))
    await expect(rotate(hiding, aes('b', key))).rejects.toMatchObject(refused)
    const multi = (...children: Keyring[]) => multiKeyring({ generator: aes('a', key), children })
    await expect(rotate(multi(aes('b', next)), aes('b', next))).rejects.toMatchObject(refused)
    await rotate(multi(aes('c')), aes('b', next))
  })

  test('with KMS, goes by what the service answers', async () => {
    const kms = service('a', 'b')
    const [a, b] = ['a', 'b'].map((keyId) => kmsKeyring({ kms, keyId })) as [Keyring, Keyring]
    await rotate(a, b)
    await expect(rotate(a, kmsKeyring({ kms, keyId: 'a' }))).rejects.toMatchObject(refused)
    const { envelope } = await write(a)
    const discovery = kmsKeyring({ kms, discovery: true })
    const request = { keyring: discovery, envelope, enforceRotation: true }
    await expect(renew({ ...request, newKeyring: b })).rejects.toMatchObject(refused)
    // The key of somebody else, with which the caller can encrypt only.
    await renew({ ...request, newKeyring: kmsKeyring({ kms, keyId: 'partner' }) })
  })

  test('a service out of reach proves nothing', async () => {
    const kms = service('a', 'b')
    const keyring = kmsKeyring({ kms, keyId: 'a' })
    const { envelope } = await write(keyring)
    let calls = 0
    const failing: Keyring = {
      ...keyring,
      onDecrypt: (materials) =>
        calls++ === 0
          ? keyring.onDecrypt(materials)
          : Promise.reject(Object.assign(new Error('slow'), { name: 'ThrottlingException' })),
    }
    const newKeyring = kmsKeyring({ kms, keyId: 'b' })
    const request = { newKeyring, envelope, enforceRotation: true }
    await expect(renew({ ...request, keyring: failing })).rejects.toMatchObject({
      name: 'ThrottlingException',
    })
    calls = 0
    const several = multiKeyring({ generator: failing, children: [aes('c')] })
    await expect(renew({ ...request, keyring: several })).rejects.toSatisfy(
      (error) => error instanceof S3EncryptionError && error.code === 'ERR_UNWRAP_FAILED',
    )
  })

  test('a wrong data key, as the legacy algorithm RSA gives, is none', async () => {
    const old = aes('a', key)
    const { envelope } = await write(old)
    let calls = 0
    const keyring: Keyring = {
      ...old,
      onDecrypt: (materials) =>
        calls++ === 0 ? old.onDecrypt(materials) : Promise.resolve(randomBytes(32)),
    }
    await renew({ keyring, newKeyring: aes('b'), envelope, enforceRotation: true })
    expect(calls).toBe(3)
  })
})
