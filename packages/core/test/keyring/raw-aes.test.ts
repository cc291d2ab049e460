// SPDX-License-Identifier: Apache-2.0
import { createCipheriv, createDecipheriv, randomBytes, type CipherGCMTypes } from 'node:crypto'
import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { rawAesKeyring } from '../../src/keyring/raw-aes.ts'
import {
  base64,
  CBC,
  counting,
  errorOf,
  flip,
  hex,
  RANGED_V2,
  RANGED_V3,
  rejects,
  roundTrip,
  shown,
  toHex,
  unwrap,
  V2,
  V3,
  view,
  wrap,
} from './support.ts'

const KEY = counting(32, 0x00)
const DATA_KEY = counting(32, 0x20)
const FAILED = 'ERR_UNWRAP_FAILED'
const legacy = { enableLegacyWrappingAlgorithms: true }

const vectors = [
  {
    algorithm: 'AES/GCM',
    suite: V2,
    wrapped: 'oKGio6SlpqeoqaqrxjleDmHuJJhKTK34K1fu8UCdayOmgnRbpDccvUOWSz4T+cKRPJIQ/CZ9G7UzXe1p',
  },
  {
    algorithm: 'AES/GCM',
    suite: V3,
    wrapped: 'oKGio6SlpqeoqaqrxjleDmHuJJhKTK34K1fu8UCdayOmgnRbpDccvUOWSz5slVcmFhwm/Jyebd4RVQkp',
  },
  {
    algorithm: 'AESWrap',
    suite: V2,
    wrapped: 'BPijw8MC07C36UsU3Pha0dppzXQFbteQfTy0n7J3maQQTbBY8pAa2w==',
  },
  {
    algorithm: 'AES',
    suite: CBC,
    wrapped: 'YaaTbk6PEBwcwfmTtUKg1OJ0Dor61OTRXQ1mGzguyomfO3UEkm+L024xGOkDpM1K',
  },
].map(({ wrapped, ...vector }) => ({ ...vector, wrapped: base64(wrapped) }))

describe('known answers', () => {
  test.each(vectors)('$algorithm for $suite.name', async (vector) => {
    const keyring = rawAesKeyring({ wrappingKey: KEY, ...legacy })
    expect(toHex(await unwrap(keyring, vector))).toBe(toHex(DATA_KEY))
  })

  test('a range is read with the binding of the whole object', async () => {
    const keyring = rawAesKeyring({ wrappingKey: KEY })
    const [v2, v3] = vectors as [(typeof vectors)[number], (typeof vectors)[number]]
    expect(toHex(await unwrap(keyring, { ...v2, suite: RANGED_V2 }))).toBe(toHex(DATA_KEY))
    expect(toHex(await unwrap(keyring, { ...v3, suite: RANGED_V3 }))).toBe(toHex(DATA_KEY))
    // CBC content whose key was wrapped anew is bound as if it were GCM.
    expect(toHex(await unwrap(keyring, { ...v2, suite: CBC }))).toBe(toHex(DATA_KEY))
    await rejects(unwrap(keyring, { ...v2, suite: V3 }), FAILED)
    await rejects(unwrap(keyring, { ...v3, suite: V2 }), FAILED)
  })

  test('a V1 object of the Ruby client', async () => {
    const wrappingKey = base64('kM5UVbhE/4rtMZJfsadYEdm2vaKFsmV2f5+URSeUCV4=')
    const stored = {
      suite: CBC,
      algorithm: 'AES',
      wrapped: base64('gX+a4JQYj7FP0y5TAAvxTz4e2l0DvOItbXByml/NPtKQcUlsoGHoYR/T0TuYHcNj'),
    }
    expect(await unwrap(rawAesKeyring({ wrappingKey, ...legacy }), stored)).toEqual(
      Uint8Array.from(base64('uSwsRlIMhY1klVYrgqceqjmQMmARcNl7rEKWW+7HVvA=')),
    )
  })

  test('the legacy AES is written as it is read', async () => {
    const keyring = rawAesKeyring({ wrappingKey: KEY, writeLegacyAes: true })
    const { wrapped, algorithm } = await wrap(keyring, CBC, DATA_KEY)
    expect(algorithm).toBe('AES')
    expect(toHex(wrapped)).toBe(toHex(vectors[3]?.wrapped ?? KEY))
  })
})

describe.each([16, 24, 32])('a wrapping key of %i bytes', (keyLength) => {
  const key = view(randomBytes(keyLength))
  const bits = keyLength * 8
  const reader = rawAesKeyring({ wrappingKey: key, ...legacy })

  test.each([
    { suite: V2, aad: 'AES/GCM/NoPadding' },
    { suite: CBC, aad: 'AES/GCM/NoPadding' },
    { suite: V3, aad: '115' },
  ])('AES/GCM for $suite.name, as OpenSSL reads it', async ({ suite, aad }) => {
    const { wrapped, dataKey, algorithm } = await wrap(rawAesKeyring({ wrappingKey: key }), suite)
    expect(algorithm).toBe('AES/GCM')
    expect(dataKey).toHaveLength(32)
    expect(wrapped).toHaveLength(60)
    const decipher = createDecipheriv(
      `aes-${bits}-gcm` as CipherGCMTypes,
      key,
      wrapped.slice(0, 12),
    )
    decipher.setAAD(Buffer.from(aad)).setAuthTag(wrapped.slice(-16))
    const opened = Buffer.concat([decipher.update(wrapped.slice(12, -16)), decipher.final()])
    expect(toHex(opened)).toBe(toHex(dataKey))
  })

  test('the legacy AES, as OpenSSL reads it', async () => {
    const keyring = rawAesKeyring({ wrappingKey: key, writeLegacyAes: true })
    for (const length of [16, 24, 32]) {
      const dataKey = view(randomBytes(length))
      const { wrapped } = await wrap(keyring, CBC, dataKey)
      const decipher = createDecipheriv(`aes-${bits}-ecb`, key, null)
      expect(toHex(Buffer.concat([decipher.update(wrapped), decipher.final()]))).toBe(
        toHex(dataKey),
      )
    }
  })

  test.each([16, 24, 32])('what OpenSSL wrapped of %i bytes', async (length) => {
    const dataKey = randomBytes(length)
    const cipher = {
      AES: createCipheriv(`aes-${bits}-ecb`, key, null),
      AESWrap: createCipheriv(`id-aes${bits}-wrap`, key, Buffer.alloc(8, 0xa6)),
    }
    for (const algorithm of ['AES', 'AESWrap'] as const) {
      const wrapped = Buffer.concat([cipher[algorithm].update(dataKey), cipher[algorithm].final()])
      const read = await unwrap(reader, { suite: CBC, algorithm, wrapped: view(wrapped) })
      expect(toHex(read)).toBe(toHex(dataKey))
    }
    const nonce = randomBytes(12)
    const gcm = createCipheriv(`aes-${bits}-gcm` as CipherGCMTypes, key, nonce)
    gcm.setAAD(Buffer.from('AES/GCM/NoPadding'))
    const sealed = [nonce, gcm.update(dataKey), gcm.final(), gcm.getAuthTag()]
    const stored = { suite: V2, algorithm: 'AES/GCM', wrapped: Buffer.concat(sealed) }
    expect(toHex(await unwrap(reader, stored))).toBe(toHex(dataKey))
  })
})

test('every nonce and every data key is another', async () => {
  const keyring = rawAesKeyring({ wrappingKey: KEY })
  const written = await Promise.all(Array.from({ length: 50 }, () => wrap(keyring, V3)))
  expect(new Set(written.map(({ wrapped }) => toHex(wrapped.subarray(0, 12)))).size).toBe(50)
  expect(new Set(written.map(({ dataKey }) => toHex(dataKey))).size).toBe(50)
})

test('a given data key is wrapped, whatever length its suite allows', async () => {
  const keyring = rawAesKeyring({ wrappingKey: KEY })
  for (const length of [16, 24, 32]) {
    const written = await wrap(keyring, CBC, counting(length, 1))
    expect(toHex(await unwrap(keyring, written))).toBe(toHex(counting(length, 1)))
  }
  await rejects(wrap(keyring, V3, counting(16, 1)), 'ERR_DATA_KEY_INVALID')
  await rejects(wrap(keyring, V2, counting(31, 1)), 'ERR_DATA_KEY_INVALID')
})

test.each([V2, V3])('the core writes and reads $name', async (suite) => {
  const keyring = rawAesKeyring({ wrappingKey: KEY, materialDescription: { key: 'ключ' } })
  const envelope = await roundTrip(keyring, keyring, suite)
  expect(envelope.description).toEqual({ key: 'ключ' })
})

test('the wrapped key may come after the answer', async () => {
  const { encryptedDataKey } = await rawAesKeyring({ wrappingKey: KEY }).onEncrypt({
    suite: V3,
    encryptionContext: {},
  })
  expect(encryptedDataKey).toBeInstanceOf(Promise)
  expect(await encryptedDataKey).toHaveLength(60)
})

describe('what was altered', () => {
  const keyring = rawAesKeyring({ wrappingKey: KEY, ...legacy })

  test.each(vectors)('any bit of $algorithm for $suite.name', async (vector) => {
    // ECB authenticates nothing: only the block with the padding shows.
    const first = vector.algorithm === 'AES' ? 32 * 8 : 0
    const bits = fc.integer({ min: first, max: vector.wrapped.length * 8 - 1 })
    const expected = shown(await rejects(unwrap(keyring, { ...vector, wrapped: KEY }), FAILED))
    expect(expected.cause).toBeUndefined()
    await fc.assert(
      fc.asyncProperty(bits, async (bit) => {
        const altered = { ...vector, wrapped: flip(vector.wrapped, bit) }
        expect(shown(await errorOf(unwrap(keyring, altered)))).toEqual(expected)
      }),
      { numRuns: 60 },
    )
  })

  test.each(vectors)('any length, or another key: $algorithm', async (vector) => {
    const expected = shown(await rejects(unwrap(keyring, { ...vector, wrapped: KEY }), FAILED))
    for (let length = 0; length < 80; length++) {
      if (length === vector.wrapped.length) continue
      const wrapped = new Uint8Array(length)
      wrapped.set(vector.wrapped.subarray(0, length))
      expect(shown(await errorOf(unwrap(keyring, { ...vector, wrapped })))).toEqual(expected)
    }
    const other = rawAesKeyring({ wrappingKey: counting(32, 1), ...legacy })
    expect(shown(await errorOf(unwrap(other, vector)))).toEqual(expected)
  })

  test('padding that is right by itself, around a key of a wrong length', async () => {
    const wrapping = createCipheriv('aes-256-ecb', KEY, null)
    const wrapped = Buffer.concat([wrapping.update(randomBytes(33)), wrapping.final()])
    await rejects(unwrap(keyring, { suite: CBC, algorithm: 'AES', wrapped }), FAILED)
  })
})

describe('what is refused', () => {
  const keyring = rawAesKeyring({ wrappingKey: KEY })

  test('legacy algorithms, unless enabled, before the key is used', async () => {
    for (const vector of vectors.slice(2)) {
      const right = await rejects(unwrap(keyring, vector), 'ERR_LEGACY_WRAPPING_DISABLED')
      const wrong = await errorOf(unwrap(keyring, { ...vector, wrapped: hex('00') }))
      expect(shown(wrong)).toEqual(shown(right))
    }
  })

  test('algorithms of other keyrings', async () => {
    const stored = { suite: V3, wrapped: KEY }
    for (const algorithm of ['kms+context', 'kms', 'RSA-OAEP-SHA1', 'RSA']) {
      await rejects(
        unwrap(rawAesKeyring({ wrappingKey: KEY, ...legacy }), { ...stored, algorithm }),
        'ERR_WRAPPING_ALGORITHM_UNSUPPORTED',
      )
    }
  })

  test('an encryption context, both ways', async () => {
    const context = { encryptionContext: { a: 'b' } }
    const error = await rejects(wrap(keyring, V3, undefined, { a: 'b' }), 'ERR_CONFIGURATION')
    expect(error.message).toContain('materialDescription')
    const [, v3] = vectors
    await rejects(
      unwrap(keyring, { ...(v3 as (typeof vectors)[0]), ...context }),
      'ERR_CONFIGURATION',
    )
  })

  test('legacy AES together with key commitment', async () => {
    const legacyWriter = rawAesKeyring({ wrappingKey: KEY, writeLegacyAes: true })
    await rejects(wrap(legacyWriter, V3), 'ERR_CONFIGURATION')
  })

  test('a keyring without keys, and writing without a wrapping key', async () => {
    await rejects(() => rawAesKeyring({}), 'ERR_CONFIGURATION')
    const reader = rawAesKeyring({ keyFor: () => KEY })
    await rejects(wrap(reader, V3), 'ERR_KEYRING_CANNOT_ENCRYPT')
    expect(toHex(await unwrap(reader, await wrap(keyring, V3, DATA_KEY)))).toBe(toHex(DATA_KEY))
  })

  test('a description that is not a map from strings to strings', async () => {
    const materialDescription = { a: 1 } as unknown as Record<string, string>
    await rejects(
      () => rawAesKeyring({ wrappingKey: KEY, materialDescription }),
      'ERR_CONFIGURATION',
    )
  })
})
