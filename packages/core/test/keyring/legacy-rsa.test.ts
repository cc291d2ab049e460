// SPDX-License-Identifier: Apache-2.0
import {
  constants,
  createHash,
  privateDecrypt,
  publicEncrypt,
  randomBytes,
  type KeyObject,
} from 'node:crypto'
import fc from 'fast-check'
import { beforeAll, describe, expect, test, vi } from 'vitest'
import { decryptBytes } from '../../src/content/one-shot.ts'
import type { Bytes } from '../../src/bytes.ts'
import { decodeOaep } from '../../src/keyring/oaep.ts'
import { unpadPkcs1 } from '../../src/keyring/pkcs1.ts'
import { rawRsaKeyring } from '../../src/keyring/raw-rsa.ts'
import { rawRsa } from '../../src/raw-rsa-js.ts'
import {
  CBC,
  counting,
  errorOf,
  flip,
  nodeRsa,
  pkcs8,
  rejects,
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

const OAEP = 'RSA/ECB/OAEPWithSHA-256AndMGF1Padding'
const PKCS1 = 'RSA'
const FAILED = 'ERR_UNWRAP_FAILED'
const LENGTHS = [16, 24, 32]

let pair: RsaPair
let other: RsaPair
let longest: RsaPair
beforeAll(async () => {
  ;[pair, other, longest] = await Promise.all([rsaPair(2048), rsaPair(2048), rsaPair(3072)])
})

const port = { node: nodeRsa, js: rawRsa, none: undefined }
const reader = ({ privateKey }: RsaPair, rsa: keyof typeof port = 'node') =>
  rawRsaKeyring({
    privateKey: pkcs8(privateKey),
    enableLegacyWrappingAlgorithms: true,
    rsa: port[rsa],
  })

const raw = (key: KeyObject, block: Uint8Array) =>
  view(publicEncrypt({ key, padding: constants.RSA_NO_PADDING }, block))
const pkcs1 = (key: KeyObject, message: Uint8Array) =>
  view(publicEncrypt({ key, padding: constants.RSA_PKCS1_PADDING }, message))

/** MGF1 and OAEP of RFC 8017, written once more and for any block, right or wrong. */
function mgf1(hash: string, seed: Uint8Array, length: number) {
  const parts = Array.from({ length: Math.ceil(length / 20) }, (_, i) =>
    createHash(hash)
      .update(seed)
      .update(Uint8Array.of(0, 0, 0, i))
      .digest(),
  )
  return Buffer.concat(parts).subarray(0, length)
}
const xor = (a: Uint8Array, b: Uint8Array) => a.map((byte, i) => byte ^ (b[i] as number))

interface OaepParts {
  readonly length?: number
  readonly mgf?: 'sha1' | 'sha256'
  readonly first?: number
  readonly label?: string
  readonly separator?: number
  readonly padding?: number
}

function oaepBlock(message: Uint8Array, parts: OaepParts = {}) {
  const { length = 256, mgf = 'sha1', first = 0, label = '', separator = 1, padding = 0 } = parts
  const seed = randomBytes(32)
  const labelHash = createHash('sha256').update(label).digest()
  const data = Buffer.concat([
    labelHash,
    Buffer.alloc(length - message.length - 66, padding),
    Uint8Array.of(separator),
    message,
  ])
  const maskedData = xor(data, mgf1(mgf, seed, data.length))
  const maskedSeed = xor(seed, mgf1(mgf, maskedData, 32))
  return view(Buffer.concat([Uint8Array.of(first), maskedSeed, maskedData]))
}

const pkcs1Block = (
  message: Uint8Array,
  { length = 256, first = 0, type = 2, zeroAt = -1, separator = 0 } = {},
) => {
  const padding = randomBytes(length - 3 - message.length).map((byte) => byte || 1)
  if (zeroAt >= 0) padding[zeroAt] = 0
  return view(Uint8Array.from([first, type, ...padding, separator, ...message]))
}

describe('OAEP with SHA-256', () => {
  test.each(['node', 'js'] as const)('MGF1 with either digest, port: %s', async (rsa) => {
    for (const length of LENGTHS) {
      const dataKey = counting(length, 7)
      for (const [own, mgf] of [
        [pair, 'sha1'],
        [pair, 'sha256'],
        [longest, 'sha1'],
      ] as const) {
        const wrapped = raw(own.publicKey, oaepBlock(dataKey, { length: own.bits / 8, mgf }))
        const read = await unwrap(reader(own, rsa), { suite: V2, algorithm: OAEP, wrapped })
        expect(toHex(read)).toBe(toHex(dataKey))
      }
    }
  })

  test('what OpenSSL writes has SHA-256 in MGF1 too, and needs no port', async () => {
    const dataKey = counting(32, 7)
    const key = pair.publicKey
    const wrapped = publicEncrypt({ key, oaepHash: 'sha256' }, dataKey)
    for (const rsa of ['node', 'js', 'none'] as const) {
      const read = await unwrap(reader(pair, rsa), { suite: V2, algorithm: OAEP, wrapped })
      expect(toHex(read)).toBe(toHex(dataKey))
    }
  })

  test('without a port, what does not decrypt asks for one', async () => {
    const wrapped = raw(pair.publicKey, oaepBlock(counting(32, 7)))
    const stored = { suite: V2, algorithm: OAEP, wrapped }
    const error = await rejects(unwrap(reader(pair, 'none'), stored), 'ERR_NOT_SUPPORTED')
    expect(error.message).toContain('@s3-cse/core/raw-rsa')
  })

  test('one error for all that can be wrong', async () => {
    const reading = (wrapped: Uint8Array) =>
      unwrap(reader(pair), { suite: V2, algorithm: OAEP, wrapped })
    const expected = shown(await rejects(reading(new Uint8Array(256)), FAILED))
    expect(expected.cause).toBeUndefined()
    const key = counting(32, 7)
    for (const block of [
      oaepBlock(key, { first: 1 }),
      oaepBlock(key, { label: 'x' }),
      oaepBlock(key, { separator: 2 }),
      oaepBlock(key, { separator: 0 }),
      oaepBlock(key, { padding: 2 }),
      oaepBlock(counting(31, 7)),
      oaepBlock(counting(33, 7)),
      oaepBlock(counting(190, 7)),
      oaepBlock(new Uint8Array(0)),
      pkcs1Block(key),
    ]) {
      const error = await errorOf(reading(raw(pair.publicKey, block)))
      expect(shown(error)).toEqual(expected)
    }
    const wrapped = raw(pair.publicKey, oaepBlock(key))
    for (const bit of [0, 1, 1000, 2047]) {
      expect(shown(await errorOf(reading(flip(wrapped, bit))))).toEqual(expected)
    }
    for (const altered of [wrapped.subarray(1), new Uint8Array(256).fill(0xff)]) {
      expect(shown(await errorOf(reading(altered)))).toEqual(expected)
    }
    const stored = { suite: V2, algorithm: OAEP, wrapped }
    expect(shown(await errorOf(unwrap(reader(other), stored)))).toEqual(expected)
  })

  test('any bit of the block', async () => {
    const block = oaepBlock(counting(24, 1))
    expect(await decodeOaep(block, ['SHA-256', 'SHA-1'], LENGTHS)).toHaveLength(24)
    await fc.assert(
      fc.asyncProperty(fc.nat(block.length * 8 - 1), async (bit) => {
        expect(await decodeOaep(flip(block, bit), ['SHA-1', 'SHA-256'], LENGTHS)).toBeUndefined()
      }),
      { numRuns: 100 },
    )
    expect(await decodeOaep(block.subarray(0, 64), ['SHA-1'], LENGTHS)).toBeUndefined()
  })
})

describe('PKCS#1 v1.5', () => {
  test.each(['node', 'js'] as const)('what OpenSSL wrote, port: %s', async (rsa) => {
    for (const length of LENGTHS) {
      const dataKey = counting(length, 7)
      for (const own of [pair, longest]) {
        const stored = { suite: CBC, algorithm: PKCS1, wrapped: pkcs1(own.publicKey, dataKey) }
        expect(toHex(await unwrap(reader(own, rsa), stored))).toBe(toHex(dataKey))
      }
    }
  })

  test('what OpenSSL reads is written, on request', async () => {
    for (const own of [pair, longest]) {
      const keyring = rawRsaKeyring({ publicKey: spki(own.publicKey), writeLegacyRsa: true })
      const written = new Set<string>()
      for (let i = 0; i < 20; i++) {
        const { wrapped, algorithm, dataKey } = await wrap(keyring, CBC)
        expect(algorithm).toBe(PKCS1)
        const key = own.privateKey
        const block = privateDecrypt({ key, padding: constants.RSA_NO_PADDING }, wrapped)
        const padding = block.subarray(2, -33)
        expect(block.subarray(0, 2)).toEqual(Buffer.from([0, 2]))
        expect(padding.includes(0)).toBe(false)
        expect(block.at(-33)).toBe(0)
        expect(toHex(block.subarray(-32))).toBe(toHex(dataKey))
        written.add(toHex(padding))
      }
      expect(written.size).toBe(20)
      await rejects(wrap(keyring, V3), 'ERR_CONFIGURATION')
    }
  })

  test('zeros that the generator draws do not stay in the padding', async () => {
    const draw = vi.spyOn(crypto, 'getRandomValues')
    let calls = 0
    draw.mockImplementation((array) => {
      if (array instanceof Uint8Array) array.fill(calls++ % 3 === 0 ? 0 : calls)
      return array
    })
    try {
      const keyring = rawRsaKeyring({ publicKey: spki(pair.publicKey), writeLegacyRsa: true })
      const { wrapped } = await wrap(keyring, CBC, counting(32, 7))
      const key = pair.privateKey
      const block = privateDecrypt({ key, padding: constants.RSA_NO_PADDING }, wrapped)
      expect(block.subarray(2, -33).includes(0)).toBe(false)
    } finally {
      draw.mockRestore()
    }
  })

  test('without a port, nothing is done with the key', async () => {
    const stored = { suite: CBC, algorithm: PKCS1, wrapped: new Uint8Array(256) }
    const error = await rejects(unwrap(reader(pair, 'none'), stored), 'ERR_NOT_SUPPORTED')
    expect(error.message).toContain('@s3-cse/core/raw-rsa')
  })
})

/** Blocks whose padding is wrong in every way, and ciphertexts of them. */
const wrongBlocks = () => {
  const key = counting(32, 7)
  return [
    pkcs1Block(key, { first: 1 }),
    pkcs1Block(key, { type: 1 }),
    pkcs1Block(key, { type: 0 }),
    pkcs1Block(key, { zeroAt: 0 }),
    pkcs1Block(key, { zeroAt: 7 }),
    pkcs1Block(key, { zeroAt: 100 }),
    pkcs1Block(key, { separator: 1 }),
    pkcs1Block(counting(31, 7)),
    pkcs1Block(counting(33, 7)),
    pkcs1Block(new Uint8Array(0)),
    oaepBlock(key),
  ]
}

describe('no oracle for PKCS#1 v1.5', () => {
  test('with legacy off: the same error, and no key operation', async () => {
    const decrypt = vi.fn()
    const keyring = rawRsaKeyring({ privateKey: pkcs8(pair.privateKey), rsa: { decrypt } })
    const reading = (wrapped: Uint8Array) =>
      errorOf(unwrap(keyring, { suite: CBC, algorithm: PKCS1, wrapped }))
    const expected = shown(await reading(pkcs1(pair.publicKey, counting(32, 7))))
    expect(expected.code).toBe('ERR_LEGACY_WRAPPING_DISABLED')
    for (const block of wrongBlocks()) {
      expect(shown(await reading(raw(pair.publicKey, block)))).toEqual(expected)
    }
    expect(decrypt).not.toHaveBeenCalled()
  })

  test('with legacy on: wrong padding gives a key, and the content fails as with any', async () => {
    const reading = async (wrapped: Uint8Array) => {
      const dataKey = await unwrap(reader(pair), { suite: CBC, algorithm: PKCS1, wrapped })
      const gcm = { suite: V2, key: view(dataKey), iv: counting(12, 1), aad: new Uint8Array(0) }
      const failure = shown(await errorOf(decryptBytes(gcm, counting(48, 3))))
      return { dataKey: toHex(dataKey), failure }
    }
    const right = await reading(pkcs1(pair.publicKey, counting(32, 7)))
    expect(right.failure.code).toBe('ERR_DECRYPTION_FAILED')
    const seen = new Set([right.dataKey])
    for (const block of wrongBlocks()) {
      const wrapped = raw(pair.publicKey, block)
      const wrong = await reading(wrapped)
      expect(wrong.failure).toEqual(right.failure)
      expect(wrong.dataKey).toHaveLength(64)
      // Not a part of the block, not that of another ciphertext, and the same when asked again.
      expect(toHex(block)).not.toContain(wrong.dataKey)
      expect(seen.has(wrong.dataKey)).toBe(false)
      seen.add(wrong.dataKey)
      expect((await reading(wrapped)).dataKey).toBe(wrong.dataKey)
    }
  })

  test('the synthetic key depends on the private key, not on the form it came in', async () => {
    const wrapped = raw(pair.publicKey, pkcs1Block(counting(31, 7)))
    const stored = { suite: CBC, algorithm: PKCS1, wrapped }
    const jwk = pair.privateKey.export({ format: 'jwk' })
    const pem = pair.privateKey.export({ type: 'pkcs1', format: 'pem' }).toString()
    const keys = await Promise.all(
      [pkcs8(pair.privateKey), jwk, pem].flatMap((privateKey) =>
        [nodeRsa, rawRsa].map((rsa) =>
          unwrap(rawRsaKeyring({ privateKey, rsa, enableLegacyWrappingAlgorithms: true }), stored),
        ),
      ),
    )
    expect(new Set(keys.map(toHex)).size).toBe(1)
  })

  test('what the modulus alone decides is an error', async () => {
    for (const rsa of ['node', 'js'] as const) {
      for (const wrapped of [new Uint8Array(255), new Uint8Array(256).fill(0xff)]) {
        const stored = { suite: CBC, algorithm: PKCS1, wrapped }
        const error = await rejects(unwrap(reader(pair, rsa), stored), FAILED)
        expect(error.cause).toBeUndefined()
      }
    }
    const rsa = { decrypt: () => Promise.resolve(new Uint8Array(32)) }
    const short = rawRsaKeyring({
      privateKey: pkcs8(pair.privateKey),
      rsa,
      enableLegacyWrappingAlgorithms: true,
    })
    const stored = { suite: CBC, algorithm: PKCS1, wrapped: new Uint8Array(256) }
    await rejects(unwrap(short, stored), FAILED)
  })
})

test('unpadding agrees with a plain reading of RFC 8017', () => {
  const plainly = (block: Uint8Array, synthetic: Bytes) => {
    const separator = block.indexOf(0, 2)
    const message = block.subarray(separator + 1)
    const right = block[0] === 0 && block[1] === 2 && separator >= 10
    return right && LENGTHS.includes(message.length) ? message : synthetic
  }
  const synthetic = counting(32, 200)
  const blocks = fc
    .tuple(
      fc.constantFrom(0, 0, 0, 0, 1),
      fc.constantFrom(2, 2, 2, 2, 1),
      fc.uint8Array({ minLength: 62, maxLength: 62 }),
      fc.array(fc.constantFrom(0, 3, 7, 8, 12, 29, 30, 31, 36, 37, 38, 45, 46, 61), {
        maxLength: 3,
      }),
    )
    .map(([first, type, rest, zeros]) => {
      const block = Uint8Array.from([first, type, ...rest.map((byte) => byte || 1)])
      for (const zero of zeros) block[2 + zero] = 0
      return block
    })
  fc.assert(
    fc.property(blocks, (block) => {
      expect(toHex(unpadPkcs1(block, synthetic, LENGTHS))).toBe(toHex(plainly(block, synthetic)))
    }),
    { numRuns: 500 },
  )
})
