// SPDX-License-Identifier: Apache-2.0
import { describe, expect, test } from 'vitest'
import { rawAesKeyring } from '../../src/keyring/raw-aes.ts'
import type { AesKeySource } from '../../src/keys/aes-key.ts'
import { CBC, counting, rejects, toHex, unwrap, V3, view, wrap } from '../keyring/support.ts'

const KEY = view(Buffer.from('Zx3vQ8pLr5TnW2yKc7JbHd4MsGf9uAe1'))
const DATA_KEY = counting(32, 0x20)
const plain = rawAesKeyring({ wrappingKey: KEY })
const jwk = { kty: 'oct', k: Buffer.from(KEY).toString('base64url') }

const cryptoKey = (name: string, usages: KeyUsage[]) =>
  crypto.subtle.importKey('raw', KEY, name, false, usages)

const keyring = (wrappingKey: AesKeySource, options = {}) =>
  rawAesKeyring({ wrappingKey, enableLegacyWrappingAlgorithms: true, ...options })

async function writesAndReads(wrappingKey: AesKeySource) {
  const own = keyring(wrappingKey)
  expect(toHex(await unwrap(plain, await wrap(own, V3, DATA_KEY)))).toBe(toHex(DATA_KEY))
  expect(toHex(await unwrap(own, await wrap(plain, V3, DATA_KEY)))).toBe(toHex(DATA_KEY))
}

describe('forms of one key', () => {
  test('bytes, of whichever view', async () => {
    await writesAndReads(Uint8Array.from(KEY))
    await writesAndReads(Buffer.from(KEY))
    const shared = new Uint8Array(new SharedArrayBuffer(32))
    shared.set(KEY)
    await writesAndReads(shared)
  })

  test('JWK, with and without hints for one algorithm', async () => {
    await writesAndReads(jwk)
    await writesAndReads({ ...jwk, alg: 'A256KW', key_ops: ['unwrapKey'], ext: true, use: 'enc' })
    const generated = await crypto.subtle.generateKey({ name: 'AES-GCM', length: 256 }, true, [
      'encrypt',
    ])
    const exported = await crypto.subtle.exportKey('jwk', generated)
    const stored = await wrap(keyring(exported), V3, DATA_KEY)
    expect(toHex(await unwrap(keyring(exported), stored))).toBe(toHex(DATA_KEY))
  })

  test('CryptoKey with either pair of usages', async () => {
    await writesAndReads(await cryptoKey('AES-GCM', ['encrypt', 'decrypt']))
    await writesAndReads(await cryptoKey('AES-GCM', ['wrapKey', 'unwrapKey']))
  })

  test('the bytes are copied', async () => {
    const bytes = Uint8Array.from(KEY)
    const own = keyring(bytes)
    bytes.fill(0)
    expect(toHex(await unwrap(plain, await wrap(own, V3, DATA_KEY)))).toBe(toHex(DATA_KEY))
  })
})

describe('a CryptoKey is used as it is', () => {
  const legacy = {
    AES: 'AES-CBC',
    AESWrap: 'AES-KW',
  } as const
  const wrapped = {
    AES: async () => wrap(keyring(KEY, { writeLegacyAes: true }), CBC, DATA_KEY),
    AESWrap: async () => {
      const webcrypto = crypto.subtle
      const hmac = { name: 'HMAC', hash: 'SHA-256' }
      const dataKey = await webcrypto.importKey('raw', DATA_KEY, hmac, true, ['sign'])
      const key = await cryptoKey('AES-KW', ['wrapKey'])
      const bytes = await webcrypto.wrapKey('raw', dataKey, key, 'AES-KW')
      return { suite: CBC, algorithm: 'AESWrap', wrapped: new Uint8Array(bytes) }
    },
  }

  test.each(['AES', 'AESWrap'] as const)('for %s', async (algorithm) => {
    const stored = await wrapped[algorithm]()
    const usages: KeyUsage[] = algorithm === 'AES' ? ['encrypt', 'decrypt'] : ['unwrapKey']
    const fit = keyring(await cryptoKey(legacy[algorithm], usages))
    expect(toHex(await unwrap(fit, stored))).toBe(toHex(DATA_KEY))
    const unfit = keyring(await cryptoKey('AES-GCM', ['encrypt', 'decrypt']))
    const error = await rejects(unwrap(unfit, stored), 'ERR_CONFIGURATION')
    expect(error.message).toContain(legacy[algorithm])
    await rejects(wrap(fit, V3), 'ERR_CONFIGURATION')
  })

  test.each([
    ['encrypt', 'decrypt'],
    ['decrypt', 'encrypt'],
    ['wrapKey', 'unwrapKey'],
    ['unwrapKey', 'wrapKey'],
  ] as const)('%s alone', async (usage, missing) => {
    const own = keyring(await cryptoKey('AES-GCM', [usage]))
    const writes = usage === 'encrypt' || usage === 'wrapKey'
    const write = () => wrap(own, V3, DATA_KEY)
    const read = async () => unwrap(own, await wrap(plain, V3))
    await (writes ? write() : read())
    const error = await rejects(writes ? read() : write(), 'ERR_CONFIGURATION')
    expect(error.message).toContain(missing)
  })

  test.each(['AES-CTR', 'HMAC'])('not for %s', async (name) => {
    const algorithm = name === 'HMAC' ? { name, hash: 'SHA-256' } : name
    const usages: KeyUsage[] = name === 'HMAC' ? ['sign'] : ['encrypt', 'wrapKey']
    const key = await crypto.subtle.importKey('raw', KEY, algorithm, false, usages)
    await rejects(() => keyring(key), 'ERR_CONFIGURATION')
  })
})

describe('what is no AES key', () => {
  const bad: readonly (readonly [string, unknown])[] = [
    ...[0, 1, 15, 17, 31, 33, 64].map((n) => [`${n} bytes`, counting(n, 1)] as const),
    ['text', Buffer.from(KEY).toString('latin1')],
    ['null', null],
    ['a number', 32],
    ['an object', {}],
    ['an RSA JWK', { kty: 'RSA', n: 'AQAB', e: 'AQAB' }],
    ['a JWK without k', { kty: 'oct' }],
    ['a JWK with padded base64', { kty: 'oct', k: Buffer.from(KEY).toString('base64') }],
    [
      'a JWK of 15 bytes',
      { kty: 'oct', k: Buffer.from(KEY.subarray(1, 16)).toString('base64url') },
    ],
    ['a JWK for signatures', { ...jwk, use: 'sig' }],
  ]
  test.each(bad)('%s', async (_, source) => {
    const error = await rejects(() => keyring(source as AesKeySource), 'ERR_CONFIGURATION')
    expect(error.message).toContain('wrappingKey')
    const text = `${error.message}${JSON.stringify(error)}${String(error.stack)}`
    expect(text).not.toContain('Zx3vQ8pL')
    expect(text).not.toContain(jwk.k.slice(0, 12))
  })

  test('the message names the option', async () => {
    const additionalKeys = [
      { materialDescription: {}, wrappingKey: KEY },
      { materialDescription: { a: 'b' }, wrappingKey: KEY.subarray(1) },
    ]
    const error = await rejects(() => rawAesKeyring({ additionalKeys }), 'ERR_CONFIGURATION')
    expect(error.message).toContain('additionalKeys[1].wrappingKey')
  })
})
