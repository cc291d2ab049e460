// SPDX-License-Identifier: Apache-2.0
import { constants, privateDecrypt, publicEncrypt } from 'node:crypto'
import fc from 'fast-check'
import { beforeAll, describe, expect, test } from 'vitest'
import { multiKeyring } from '../../src/keyring/multi.ts'
import { rawRsaKeyring } from '../../src/keyring/raw-rsa.ts'
import { rawRsa } from '../../src/raw-rsa-js.ts'
import {
  CBC,
  counting,
  errorOf,
  flip,
  hex,
  nodeRsa,
  pkcs8,
  RANGED_V2,
  RANGED_V3,
  rejects,
  roundTrip,
  rsaPair,
  shown,
  spki,
  toHex,
  unwrap,
  V2,
  V3,
  view,
  wrap,
  type RsaPair,
} from './support.ts'

const DATA_KEY = counting(32, 0x20)
const NAME = 'RSA-OAEP-SHA1'
const FAILED = 'ERR_UNWRAP_FAILED'
const D = toHex(DATA_KEY)
// Spelled out: 32, the data key, "115" or "AES/GCM/NoPadding".
const PSEUDO_V3 = hex(`20${D}313135`)
const PSEUDO_V2 = hex(`20${D}4145532f47434d2f4e6f50616464696e67`)

let pairs: RsaPair[]
let pair: RsaPair
beforeAll(async () => {
  pairs = await Promise.all([2048, 3072, 4096].map(rsaPair))
  pair = pairs[0] as RsaPair
})

const keyringOf = ({ publicKey, privateKey }: RsaPair) =>
  rawRsaKeyring({ publicKey: spki(publicKey), privateKey: pkcs8(privateKey) })

const oaepSha1 = ({ publicKey }: RsaPair, plaintext: Uint8Array) =>
  view(publicEncrypt({ key: publicKey, oaepHash: 'sha1' }, plaintext))

describe.each([0, 1, 2])('key pair %i of 2048, 3072 and 4096 bits', (index) => {
  test.each([
    { suite: V2, pseudo: PSEUDO_V2 },
    { suite: CBC, pseudo: PSEUDO_V2 },
    { suite: V3, pseudo: PSEUDO_V3 },
  ])('writes for $suite.name what OpenSSL reads', async ({ suite, pseudo }) => {
    const own = pairs[index] as RsaPair
    const { wrapped, algorithm } = await wrap(keyringOf(own), suite, DATA_KEY)
    expect(algorithm).toBe(NAME)
    expect(wrapped).toHaveLength(own.bits / 8)
    const opened = privateDecrypt({ key: own.privateKey, oaepHash: 'sha1' }, wrapped)
    expect(toHex(opened)).toBe(toHex(pseudo))
  })

  test.each([
    { suites: [V3, RANGED_V3], pseudo: PSEUDO_V3 },
    { suites: [V2, RANGED_V2, CBC], pseudo: PSEUDO_V2 },
  ])('reads what OpenSSL wrote', async ({ suites, pseudo }) => {
    const own = pairs[index] as RsaPair
    const wrapped = oaepSha1(own, pseudo)
    for (const suite of suites) {
      const dataKey = await unwrap(keyringOf(own), { suite, algorithm: NAME, wrapped })
      expect(toHex(dataKey)).toBe(D)
    }
  })
})

test('the JavaScript operation agrees with OpenSSL for 4096 bits', async () => {
  const longest = pairs[2] as RsaPair
  const privateKey = pkcs8(longest.privateKey)
  const ciphertext = oaepSha1(longest, PSEUDO_V3)
  const block = await rawRsa.decrypt({ privateKey, ciphertext })
  expect(toHex(block)).toBe(toHex(await nodeRsa.decrypt({ privateKey, ciphertext })))
})

test.each([V2, V3])('the core writes and reads $name', async (suite) => {
  await roundTrip(keyringOf(pair), keyringOf(pair), suite)
})

test('shorter data keys, where the suite allows them', async () => {
  for (const length of [16, 24]) {
    const stored = await wrap(keyringOf(pair), V2, counting(length, 9))
    expect(toHex(await unwrap(keyringOf(pair), stored))).toBe(toHex(counting(length, 9)))
    await rejects(wrap(keyringOf(pair), V3, counting(length, 9)), 'ERR_DATA_KEY_INVALID')
  }
})

describe('halves of a pair', () => {
  test('the public key writes, the private key reads', async () => {
    const writer = rawRsaKeyring({ publicKey: spki(pair.publicKey) })
    const reader = rawRsaKeyring({ privateKey: pkcs8(pair.privateKey) })
    const stored = await wrap(writer, V3)
    expect(toHex(await unwrap(reader, stored))).toBe(toHex(stored.dataKey))
    await rejects(unwrap(writer, stored), 'ERR_KEYRING_CANNOT_DECRYPT')
    await rejects(wrap(reader, V3), 'ERR_KEYRING_CANNOT_ENCRYPT')
    await roundTrip(multiKeyring({ generator: writer, children: [reader] }), reader, V3)
  })

  test('none is refused, and so is one half for the other', async () => {
    await rejects(() => rawRsaKeyring({}), 'ERR_CONFIGURATION')
    const [publicKey, privateKey] = [spki(pair.publicKey), pkcs8(pair.privateKey)]
    await rejects(() => rawRsaKeyring({ publicKey: privateKey }), 'ERR_CONFIGURATION')
    await rejects(() => rawRsaKeyring({ privateKey: publicKey }), 'ERR_CONFIGURATION')
  })
})

test('keys are selected by material description', async () => {
  const other = pairs[1] as RsaPair
  const third = pairs[2] as RsaPair
  const reader = rawRsaKeyring({
    privateKey: pkcs8(pair.privateKey),
    additionalKeys: [{ materialDescription: { id: 'other' }, privateKey: pkcs8(other.privateKey) }],
    keyFor: ({ id }) => (id === 'third' ? pkcs8(third.privateKey) : undefined),
  })
  for (const [own, id] of [
    [pair, 'any'],
    [other, 'other'],
    [third, 'third'],
  ] as const) {
    const publicKey = spki(own.publicKey)
    const stored = await wrap(rawRsaKeyring({ publicKey, materialDescription: { id } }), V3)
    expect(stored.description).toEqual({ id })
    expect(toHex(await unwrap(reader, stored))).toBe(toHex(stored.dataKey))
  }
})

describe('one error for all that can be wrong', () => {
  const reading = (wrapped: Uint8Array, suite = V3) =>
    unwrap(keyringOf(pair), { suite, algorithm: NAME, wrapped })
  const expected = async () => {
    const error = shown(await rejects(reading(new Uint8Array(256)), FAILED))
    expect(error.cause).toBeUndefined()
    return error
  }

  test.each([
    ['the name of the other format', PSEUDO_V2],
    ['a byte after the name', hex(`20${D}31313500`)],
    ['a name cut short', hex(`20${D}3131`)],
    ['no name', hex(`20${D}`)],
    ['another name', hex(`20${D}313136`)],
    ['a length that is not that of the key', hex(`10${D}313135`)],
    ['a length of 24 with a key of 24', hex(`18${D.slice(0, 48)}313135`)],
    ['a length of zero', hex('00313135')],
    ['the bare data key', DATA_KEY],
    ['one byte', hex('20')],
  ])('%s', async (_, pseudo) => {
    expect(shown(await errorOf(reading(oaepSha1(pair, pseudo))))).toEqual(await expected())
  })

  test('another key pair, another digest, other padding, other lengths', async () => {
    const wrapped = oaepSha1(pair, PSEUDO_V3)
    const key = pair.publicKey
    for (const altered of [
      oaepSha1(pairs[1] as RsaPair, PSEUDO_V3),
      publicEncrypt({ key, oaepHash: 'sha256' }, PSEUDO_V3),
      publicEncrypt({ key, padding: constants.RSA_PKCS1_PADDING }, PSEUDO_V3),
      wrapped.subarray(1),
      Uint8Array.from([...wrapped, 0]),
      new Uint8Array(256).fill(0xff),
      new Uint8Array(0),
    ]) {
      expect(shown(await errorOf(reading(altered)))).toEqual(await expected())
    }
  })

  test('any bit', async () => {
    const wrapped = oaepSha1(pair, PSEUDO_V3)
    const error = await expected()
    await fc.assert(
      fc.asyncProperty(fc.nat(wrapped.length * 8 - 1), async (bit) => {
        expect(shown(await errorOf(reading(flip(wrapped, bit))))).toEqual(error)
      }),
      { numRuns: 60 },
    )
  })
})

describe('what is refused', () => {
  test('an encryption context, both ways', async () => {
    await rejects(wrap(keyringOf(pair), V3, undefined, { a: 'b' }), 'ERR_CONFIGURATION')
    const stored = { suite: V3, algorithm: NAME, wrapped: oaepSha1(pair, PSEUDO_V3) }
    const context = { encryptionContext: { a: 'b' } }
    await rejects(unwrap(keyringOf(pair), { ...stored, ...context }), 'ERR_CONFIGURATION')
  })

  test('algorithms of other keyrings', async () => {
    for (const algorithm of ['kms+context', 'AES/GCM', 'AESWrap', 'AES']) {
      await rejects(
        unwrap(keyringOf(pair), { suite: V3, algorithm, wrapped: new Uint8Array(256) }),
        'ERR_WRAPPING_ALGORITHM_UNSUPPORTED',
      )
    }
  })

  test('a modulus too short for what is wrapped', async () => {
    const short = await rsaPair(512)
    await rejects(wrap(keyringOf(short), V3), 'ERR_WRAP_FAILED')
    const legacyWriter = rawRsaKeyring({
      publicKey: spki(short.publicKey),
      writeLegacyRsa: true,
      rsa: nodeRsa,
    })
    expect((await wrap(legacyWriter, V2, DATA_KEY)).wrapped).toHaveLength(64)
  })
})
