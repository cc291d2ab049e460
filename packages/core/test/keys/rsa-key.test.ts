// SPDX-License-Identifier: Apache-2.0
import { generateKeyPairSync, type KeyObject } from 'node:crypto'
import { beforeAll, describe, expect, test } from 'vitest'
import { rawRsaKeyring, type RawRsaKeyringOptions } from '../../src/keyring/raw-rsa.ts'
import { readDer, writeDer } from '../../src/keys/der.ts'
import type { RsaKeySource } from '../../src/keys/rsa-key.ts'
import {
  CBC,
  counting,
  nodeRsa,
  pkcs8,
  rejects,
  rsaPair,
  spki,
  toHex,
  unwrap,
  V3,
  view,
  wrap,
  type RsaPair,
} from '../keyring/support.ts'

const DATA_KEY = counting(32, 0x20)

let pair: RsaPair
beforeAll(async () => {
  pair = await rsaPair(2048)
})

const pem = (key: KeyObject, type: 'pkcs1' | 'spki' | 'pkcs8') =>
  (type === 'pkcs8'
    ? key.export({ type, format: 'pem' })
    : key.export({ type, format: 'pem' })
  ).toString()
const pkcs1 = (key: KeyObject) => view(key.export({ type: 'pkcs1', format: 'der' }))
const jwk = (key: KeyObject) => key.export({ format: 'jwk' })

const keyring = (options: RawRsaKeyringOptions) =>
  rawRsaKeyring({ enableLegacyWrappingAlgorithms: true, rsa: nodeRsa, ...options })

async function works(publicKey: RsaKeySource, privateKey: RsaKeySource) {
  const stored = await wrap(keyring({ publicKey }), V3, DATA_KEY)
  expect(toHex(await unwrap(keyring({ privateKey }), stored))).toBe(toHex(DATA_KEY))
}

async function worksForLegacy(publicKey: RsaKeySource, privateKey: RsaKeySource) {
  const stored = await wrap(keyring({ publicKey, writeLegacyRsa: true }), CBC, DATA_KEY)
  expect(toHex(await unwrap(keyring({ privateKey }), stored))).toBe(toHex(DATA_KEY))
}

const importPair = async (
  hash: string,
  extractable: boolean,
  usages: readonly [KeyUsage, KeyUsage] = ['encrypt', 'decrypt'],
  name = 'RSA-OAEP',
) => {
  const algorithm = { name, hash }
  const { publicKey, privateKey } = pair
  return Promise.all([
    crypto.subtle.importKey('spki', spki(publicKey), algorithm, extractable, [usages[0]]),
    crypto.subtle.importKey('pkcs8', pkcs8(privateKey), algorithm, extractable, [usages[1]]),
  ])
}

describe('forms of one pair', () => {
  const forms: readonly (readonly [string, () => readonly [RsaKeySource, RsaKeySource]])[] = [
    ['SPKI and PKCS#8', () => [spki(pair.publicKey), pkcs8(pair.privateKey)]],
    ['PKCS#1', () => [pkcs1(pair.publicKey), pkcs1(pair.privateKey)]],
    ['PEM', () => [pem(pair.publicKey, 'spki'), pem(pair.privateKey, 'pkcs8')]],
    ['PEM of PKCS#1', () => [pem(pair.publicKey, 'pkcs1'), pem(pair.privateKey, 'pkcs1')]],
    [
      'PEM in other company, with other line ends',
      () => [
        `Bag Attributes: x\n${pem(pair.publicKey, 'spki').replaceAll('\n', '\r\n')}`,
        `-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----\n${pem(pair.privateKey, 'pkcs8')}`,
      ],
    ],
    ['JWK', () => [jwk(pair.publicKey), jwk(pair.privateKey)]],
    [
      'JWK with hints for another algorithm',
      () => [
        { ...jwk(pair.publicKey), alg: 'RS256', key_ops: ['verify'], ext: false },
        { ...jwk(pair.privateKey), alg: 'RSA-OAEP-256', key_ops: ['unwrapKey'], use: 'enc' },
      ],
    ],
  ]
  test.each(forms)('%s', async (_, make) => {
    await works(...make())
    await worksForLegacy(...make())
  })

  test('CryptoKey with either pair of usages', async () => {
    await works(...(await importPair('SHA-1', false)))
    await works(...(await importPair('SHA-1', false, ['wrapKey', 'unwrapKey'])))
    await worksForLegacy(...(await importPair('SHA-1', true)))
    await worksForLegacy(...(await importPair('SHA-512', true)))
  })

  test('the bytes are copied', async () => {
    const [publicKey, privateKey] = [spki(pair.publicKey), pkcs8(pair.privateKey)]
    const own = keyring({ publicKey, privateKey })
    publicKey.fill(0)
    privateKey.fill(0)
    expect(toHex(await unwrap(own, await wrap(own, V3, DATA_KEY)))).toBe(toHex(DATA_KEY))
  })

  test('PKCS#1 inside is what OpenSSL puts inside, for lengths of every size', () => {
    for (const modulusLength of [512, 1024, 2048]) {
      const keys = generateKeyPairSync('rsa', { modulusLength })
      for (const [inner, outer] of [
        [pkcs1(keys.privateKey), pkcs8(keys.privateKey)],
        [pkcs1(keys.publicKey), spki(keys.publicKey)],
      ] as const) {
        expect(toHex(outer).endsWith(toHex(inner))).toBe(true)
      }
    }
    expect(toHex(writeDer(4, new Uint8Array(127))).slice(0, 6)).toBe('047f00')
    expect(toHex(writeDer(4, new Uint8Array(128))).slice(0, 8)).toBe('04818000')
    expect(toHex(writeDer(4, new Uint8Array(65536))).slice(0, 10)).toBe('0483010000')
  })
})

describe('a CryptoKey is used as it is', () => {
  test('SHA-1 is needed, and a usage', async () => {
    const [publicKey, privateKey] = await importPair('SHA-256', false)
    const own = keyring({ publicKey, privateKey })
    const stored = await wrap(keyring({ publicKey: spki(pair.publicKey) }), V3)
    const writing = await rejects(wrap(own, V3), 'ERR_CONFIGURATION')
    const reading = await rejects(unwrap(own, stored), 'ERR_CONFIGURATION')
    expect(writing.message).toContain('publicKey: this needs a CryptoKey for RSA-OAEP with SHA-1')
    expect(reading.message).toContain('decrypt, or unwrapKey')
    const [verifying, signing] = await importPair('SHA-1', false, ['verify', 'sign'], 'RSA-PSS')
    await rejects(wrap(keyring({ publicKey: verifying }), V3), 'ERR_CONFIGURATION')
    await rejects(unwrap(keyring({ privateKey: signing }), stored), 'ERR_CONFIGURATION')
  })

  test('SHA-256 reads what has SHA-256 in MGF1 too, without a port', async () => {
    const [publicKey, privateKey] = await importPair('SHA-256', false)
    const wrapped = await crypto.subtle.encrypt('RSA-OAEP', publicKey, DATA_KEY)
    const algorithm = 'RSA/ECB/OAEPWithSHA-256AndMGF1Padding'
    const stored = { suite: CBC, algorithm, wrapped: new Uint8Array(wrapped) }
    const own = keyring({ privateKey, rsa: undefined })
    expect(toHex(await unwrap(own, stored))).toBe(toHex(DATA_KEY))
  })

  test('the raw operation needs an extractable key', async () => {
    const [publicKey, privateKey] = await importPair('SHA-1', false)
    const legacy = { writeLegacyRsa: true }
    const stored = await wrap(keyring({ publicKey: spki(pair.publicKey), ...legacy }), CBC)
    const error = await rejects(unwrap(keyring({ privateKey }), stored), 'ERR_CONFIGURATION')
    expect(error.message).toContain('extractable')
    await rejects(wrap(keyring({ publicKey, ...legacy }), CBC), 'ERR_CONFIGURATION')
  })
})

describe('what is no key for it', () => {
  const ec = generateKeyPairSync('ec', { namedCurve: 'P-256' })
  const secret = { cipher: 'aes-256-cbc', passphrase: 'top' }
  const aes = { kty: 'oct', k: 'AAAAAAAAAAAAAAAAAAAAAA' }
  const bad: readonly (readonly [string, () => unknown])[] = [
    ['nothing', () => null],
    ['no PEM', () => 'hello'],
    ['no base64', () => '-----BEGIN PRIVATE KEY-----\n!!!\n-----END PRIVATE KEY-----'],
    ['no DER', () => '-----BEGIN PRIVATE KEY-----\nAAAA\n-----END PRIVATE KEY-----'],
    ['DER cut short', () => pkcs8(pair.privateKey).subarray(0, -1)],
    ['DER with more after it', () => Uint8Array.from([...pkcs8(pair.privateKey), 0])],
    ['an EC key of its own form', () => ec.privateKey.export({ type: 'sec1', format: 'pem' })],
    ['an AES JWK', () => aes],
    ['a JWK without primes', () => ({ ...jwk(pair.privateKey), p: undefined })],
    ['a JWK for signatures', () => ({ ...jwk(pair.privateKey), use: 'sig' })],
    ['a public key', () => spki(pair.publicKey)],
    ['a public JWK', () => jwk(pair.publicKey)],
  ]
  test.each(bad)('%s', async (_, make) => {
    const privateKey = make() as RsaKeySource
    const error = await rejects(() => keyring({ privateKey }), 'ERR_CONFIGURATION')
    expect(error.message).toContain('privateKey')
  })

  test('an encrypted key: what to do about it', async () => {
    const { privateKey: key } = pair
    for (const privateKey of [
      key.export({ type: 'pkcs8', format: 'pem', ...secret }).toString(),
      key.export({ type: 'pkcs1', format: 'pem', ...secret }).toString(),
      key.export({ type: 'pkcs8', format: 'der', ...secret }),
    ]) {
      const error = await rejects(() => keyring({ privateKey }), 'ERR_CONFIGURATION')
      expect(error.message).toContain('passphrase')
      expect(error.message).toContain('openssl')
    }
  })

  test('what only the platform finds out, without its own words', async () => {
    const privateKey = pkcs8(ec.privateKey)
    const stored = await wrap(keyring({ publicKey: spki(pair.publicKey) }), V3)
    const error = await rejects(unwrap(keyring({ privateKey }), stored), 'ERR_CONFIGURATION')
    expect(error.message).toContain('privateKey: WebCrypto refused')
    expect(error.cause).toBeUndefined()
  })
})

test('DER is read strictly', () => {
  const read = (...bytes: number[]) => readDer(Uint8Array.from(bytes))
  expect(read()).toEqual([])
  expect(read(2, 1, 5)).toEqual([{ tag: 2, content: Uint8Array.of(5) }])
  expect(read(2, 0x82, 0, 1, 5)).toEqual([{ tag: 2, content: Uint8Array.of(5) }])
  for (const bytes of [[2], [2, 1], [2, 2, 5], [2, 0x80, 0, 0], [2, 0x81], [2, 0x84, 0, 0, 0, 0]]) {
    expect(read(...bytes)).toBeUndefined()
  }
})
