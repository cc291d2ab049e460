// SPDX-License-Identifier: Apache-2.0
/**
 * Raw keyrings: what they wrap they unwrap, and nobody else does.
 *
 * @module
 */

import type { AesKeySource, Keyring } from '@s3-cse/core'
import { assert, assertBytes, assertEqual, assertRejects, content, type Check } from './check.ts'
import type { Library } from './library.ts'
import { readsAll, writings } from './policies.ts'

const plaintext = content(100)

/** Encrypts with one keyring, decrypts with another. */
async function roundTrip({ core }: Library, writer: Keyring, reader: Keyring, policy = {}) {
  const object = await core.encrypt(plaintext, { ...policy, keyring: writer })
  assertBytes(await core.decrypt(object, { ...readsAll, keyring: reader }), plaintext)
  return object
}

async function failsToUnwrap({ core }: Library, writer: Keyring, reader: Keyring, policy = {}) {
  const object = await core.encrypt(plaintext, { ...policy, keyring: writer })
  const read = core.decrypt(object, { ...readsAll, keyring: reader })
  await assertRejects(read, 'ERR_UNWRAP_FAILED')
}

const random = (length: number) => crypto.getRandomValues(new Uint8Array(length))

/** A wrapping key of 24 bytes works, or is refused by name of the option. */
async function aes192(library: Library, action: () => Promise<unknown>): Promise<void> {
  if (library.traits.aes192) await action()
  else await assertRejects(action(), 'ERR_CONFIGURATION')
}

const aesSources: Readonly<
  Record<string, (key: Uint8Array<ArrayBuffer>) => Promise<AesKeySource>>
> = {
  bytes: (key) => Promise.resolve(key),
  JWK: (key) => {
    const k = btoa(String.fromCharCode(...key))
    const url = k.replaceAll('+', '-').replaceAll('/', '_').replaceAll('=', '')
    return Promise.resolve({ kty: 'oct', k: url })
  },
  CryptoKey: (key) => crypto.subtle.importKey('raw', key, 'AES-GCM', false, ['encrypt', 'decrypt']),
}

const aesChecks: Check<Library>[] = [
  ...Object.entries(aesSources).map(([kind, source]) => ({
    name: `raw AES, the key as ${kind}`,
    async run(library: Library) {
      const { rawAesKeyring } = library.core
      const keyring = rawAesKeyring({ wrappingKey: await source(random(32)) })
      await roundTrip(library, keyring, keyring)
      const other = rawAesKeyring({ wrappingKey: random(32) })
      await failsToUnwrap(library, keyring, other)
    },
  })),
  {
    name: 'raw AES, 16 bytes',
    async run(library) {
      const keyring = library.core.rawAesKeyring({ wrappingKey: random(16) })
      await roundTrip(library, keyring, keyring)
    },
  },
  {
    name: 'raw AES, 24 bytes: works, or is refused',
    async run(library) {
      const keyring = library.core.rawAesKeyring({ wrappingKey: random(24) })
      await aes192(library, () => roundTrip(library, keyring, keyring))
    },
  },
  {
    name: 'raw AES, AES-ECB by name',
    async run(library) {
      const wrappingKey = random(32)
      const legacy = { enableLegacyWrappingAlgorithms: true }
      const { rawAesKeyring } = library.core
      const writer = rawAesKeyring({ wrappingKey, writeLegacyAes: true })
      const policy = writings.find(({ suite }) => suite === 0x0070)?.policy
      await roundTrip(library, writer, rawAesKeyring({ wrappingKey, ...legacy }), policy)
    },
  },
  {
    name: 'raw AES, AES key wrap of RFC 3394',
    async run({ core }) {
      const wrappingKey = random(32)
      const kek = await crypto.subtle.importKey('raw', wrappingKey, 'AES-KW', false, ['wrapKey'])
      const dataKey = random(32)
      const carrier = { name: 'HMAC', hash: 'SHA-256' }
      const carried = await crypto.subtle.importKey('raw', dataKey, carrier, true, ['sign'])
      const encryptedDataKey = await crypto.subtle.wrapKey('raw', carried, kek, 'AES-KW')
      const keyring = core.rawAesKeyring({ wrappingKey, enableLegacyWrappingAlgorithms: true })
      const unwrapped = await keyring.onDecrypt({
        suite: core.algorithmSuite(0x0072),
        encryptedDataKey: new Uint8Array(encryptedDataKey),
        wrappingAlgorithm: {
          name: 'AESWrap',
          code: undefined,
          named: true,
          kms: false,
          legacy: true,
        },
        description: {},
        encryptionContext: {},
      })
      assertBytes(unwrapped, dataKey)
    },
  },
]

const oaep = {
  name: 'RSA-OAEP',
  hash: 'SHA-1',
  modulusLength: 2048,
  publicExponent: Uint8Array.of(1, 0, 1),
}

async function rsaPair(): Promise<CryptoKeyPair> {
  return crypto.subtle.generateKey(oaep, true, ['encrypt', 'decrypt'])
}

const pem = (label: string, der: ArrayBuffer) =>
  `-----BEGIN ${label}-----\n${btoa(String.fromCharCode(...new Uint8Array(der)))}\n-----END ${label}-----\n`

const rsaChecks: Check<Library>[] = [
  {
    name: 'raw RSA, the keys as CryptoKey, JWK, DER and PEM',
    async run(library) {
      const { publicKey, privateKey } = await rsaPair()
      const spki = await crypto.subtle.exportKey('spki', publicKey)
      const pkcs8 = await crypto.subtle.exportKey('pkcs8', privateKey)
      const jwk = await crypto.subtle.exportKey('jwk', privateKey)
      const { n = '', e = '' } = jwk
      const forms = [
        { publicKey, privateKey },
        { publicKey: { kty: 'RSA', n, e }, privateKey: jwk },
        { publicKey: new Uint8Array(spki), privateKey: new Uint8Array(pkcs8) },
        { publicKey: pem('PUBLIC KEY', spki), privateKey: pem('PRIVATE KEY', pkcs8) },
      ]
      const keyrings = forms.map((keys) => library.core.rawRsaKeyring(keys))
      for (const [i, writer] of keyrings.entries()) {
        const reader = keyrings[(i + 1) % keyrings.length]
        assert(reader !== undefined, 'a keyring')
        const { metadata } = await roundTrip(library, writer, reader)
        assertEqual(metadata['x-amz-w'], '22')
      }
    },
  },
  {
    name: 'raw RSA, another private key',
    async run(library) {
      const { rawRsaKeyring } = library.core
      const writer = rawRsaKeyring({ publicKey: (await rsaPair()).publicKey })
      await failsToUnwrap(
        library,
        writer,
        rawRsaKeyring({ privateKey: (await rsaPair()).privateKey }),
      )
    },
  },
  {
    name: 'raw RSA, PKCS#1 v1.5 by name: written, and read by raw RSA in JavaScript',
    async run(library) {
      const { publicKey, privateKey } = await rsaPair()
      const { core, rawRsa: rsa } = library
      const writer = core.rawRsaKeyring({ publicKey, writeLegacyRsa: true })
      const legacy = { privateKey, enableLegacyWrappingAlgorithms: true }
      const policy = writings.find(({ suite }) => suite === 0x0070)?.policy
      await roundTrip(library, writer, core.rawRsaKeyring({ ...legacy, rsa }), policy)
      const object = await core.encrypt(plaintext, { ...policy, keyring: writer })
      const without = core.rawRsaKeyring(legacy)
      await assertRejects(
        core.decrypt(object, { ...readsAll, keyring: without }),
        'ERR_NOT_SUPPORTED',
      )
    },
  },
]

const selectionChecks: Check<Library>[] = [
  {
    name: 'a multi-keyring reads with whichever keyring unwraps',
    async run(library) {
      const { multiKeyring, rawAesKeyring } = library.core
      const [old, current] = [random(32), random(32)].map((wrappingKey) =>
        rawAesKeyring({ wrappingKey }),
      )
      assert(old !== undefined && current !== undefined, 'two keyrings')
      const both = multiKeyring({ generator: current, children: [old] })
      await roundTrip(library, old, both)
      await roundTrip(library, both, current)
      await failsToUnwrap(library, both, old)
    },
  },
  {
    name: 'a material description selects the key',
    async run(library) {
      const { rawAesKeyring } = library.core
      const materialDescription = { generation: '1' }
      const wrappingKey = random(32)
      const writer = rawAesKeyring({ wrappingKey, materialDescription })
      const entry = { materialDescription, wrappingKey }
      await roundTrip(library, writer, rawAesKeyring({ additionalKeys: [entry] }))
      const keyFor = ({ generation }: Readonly<Record<string, string>>) =>
        generation === '1' ? wrappingKey : undefined
      await roundTrip(library, writer, rawAesKeyring({ keyFor }))
    },
  },
]

export const keyringChecks: Check<Library>[] = [...aesChecks, ...rsaChecks, ...selectionChecks]
