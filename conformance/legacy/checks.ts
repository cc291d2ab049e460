// SPDX-License-Identifier: Apache-2.0
/**
 * Objects of older clients: read where everything that they need is enabled, refused before any key
 * operation where one thing is not.
 *
 * @module
 */

import type * as core from '@s3-cse/core'
import { assert, assertBytes, assertEqual, assertRejects, base64, type Check } from '../check.ts'
import legacy from '../vectors/legacy.json' with { type: 'json' }

/** What the checks are run on. */
export interface LegacyLibrary {
  readonly core: typeof core
  readonly rawRsa: core.RawRsa
  /** WebCrypto takes AES keys of 24 bytes. */
  readonly traits: { readonly aes192: boolean }
}

type Vector = (typeof legacy.vectors)[number]

interface Reader {
  readonly keyring: core.Keyring
  /** Calls of a private key or of KMS. */
  readonly used: () => number
}

/** A keyring with the right key, which counts how often it is used. */
function readerFor(vector: Vector, library: LegacyLibrary, enabled: boolean): Reader {
  const { core, rawRsa } = library
  let calls = 0
  const use = <T>(answer: T): T => {
    calls += 1
    return answer
  }
  const options = { enableLegacyWrappingAlgorithms: enabled }
  const { key } = vector
  if (key === 'rsa') {
    const rsa = {
      decrypt: (request: Parameters<core.RawRsa['decrypt']>[0]) => use(rawRsa.decrypt(request)),
    }
    const privateKey = base64(legacy.keys.rsa)
    return {
      keyring: core.rawRsaKeyring({ ...options, keyFor: () => use(privateKey), rsa }),
      used: () => calls,
    }
  }
  if (key !== 'kms') {
    const wrappingKey = base64(legacy.keys[key as 'aes-256' | 'aes-128'])
    return {
      keyring: core.rawAesKeyring({ ...options, keyFor: () => use(wrappingKey) }),
      used: () => calls,
    }
  }
  const never = () => Promise.reject(new Error('legacy objects are only read'))
  const kms: core.Kms = {
    generateDataKey: never,
    encrypt: never,
    decrypt({ encryptedDataKey, encryptionContext }) {
      assertEqual(encryptionContext, vector.encryptionContext)
      assertBytes(encryptedDataKey, base64(wrappedKeyOf(metadataOf(vector, library))))
      return Promise.resolve(use(base64(vector.dataKey)))
    },
  }
  return { keyring: core.kmsKeyring({ ...options, discovery: true, kms }), used: () => calls }
}

/** The metadata, completed from the instruction file if there is one. */
function metadataOf(vector: Vector, { core }: LegacyLibrary): core.StringMap {
  const metadata = vector.metadata as unknown as core.StringMap
  if (vector.instructionFile === undefined) return metadata
  const file = new TextEncoder().encode(vector.instructionFile.content)
  return core.completeFromInstructionFile(core.envelopeFields(metadata), file)
}

function wrappedKeyOf(metadata: core.StringMap): string {
  const entries = Object.entries(metadata)
  const [, value = ''] = entries.find(([name]) => /^x-amz-key(-v2)?$/i.test(name)) ?? []
  return value
}

const LEGACY_WRAPPINGS = ['kms', 'AESWrap', 'RSA/ECB/OAEPWithSHA-256AndMGF1Padding', 'AES', 'RSA']

/** What a reader of `kms+context` must know besides the key. */
function contextOf({ wrapping, encryptionContext }: Vector): Record<string, string> | undefined {
  if (wrapping !== 'kms+context') return undefined
  const entries = Object.entries(encryptionContext ?? {})
  return Object.fromEntries(entries.filter(([name]) => name !== 'aws:x-amz-cek-alg'))
}

interface Enabled {
  readonly policy?: core.CommitmentPolicy
  readonly content?: boolean
  readonly wrapping?: boolean
}

function read(vector: Vector, library: LegacyLibrary, enabled: Enabled, body = vector.body) {
  const { policy = 'REQUIRE_ENCRYPT_ALLOW_DECRYPT', content = true, wrapping = true } = enabled
  const { keyring, used } = readerFor(vector, library, wrapping)
  const plaintext = library.core.decrypt(
    { metadata: metadataOf(vector, library), body: base64(body) },
    {
      keyring,
      commitmentPolicy: policy,
      enableLegacyUnauthenticatedModes: content,
      encryptionContext: contextOf(vector),
    },
  )
  return { used, plaintext }
}

/** What is not enabled, and the error that says so. */
const refusals: readonly [Enabled, string, (vector: Vector) => boolean][] = [
  [{ policy: 'REQUIRE_ENCRYPT_REQUIRE_DECRYPT' }, 'ERR_COMMITMENT_POLICY', () => true],
  [{ content: false }, 'ERR_LEGACY_CONTENT_DISABLED', ({ cipher }) => cipher === 'CBC'],
  [
    { wrapping: false },
    'ERR_LEGACY_WRAPPING_DISABLED',
    ({ wrapping }) => LEGACY_WRAPPINGS.includes(wrapping),
  ],
]

export const legacyChecks: Check<LegacyLibrary>[] = legacy.vectors.flatMap((vector) => [
  {
    name: `legacy: ${vector.id}`,
    async run(library: LegacyLibrary) {
      const { plaintext } = read(vector, library, {})
      const refusal = unreadable(vector, library)
      if (refusal !== undefined) await assertRejects(plaintext, refusal)
      else assertBytes(await plaintext, base64(vector.plaintext))
    },
  },
  {
    name: `legacy: ${vector.id}, unless enabled`,
    async run(library: LegacyLibrary) {
      for (const [enabled, code, concerns] of refusals) {
        if (!concerns(vector)) continue
        const { plaintext, used } = read(vector, library, enabled)
        await assertRejects(plaintext, code)
        assert(used() === 0, 'a key was used before the refusal')
      }
    },
  },
  {
    name: `legacy: ${vector.id}, cut by a byte`,
    async run(library: LegacyLibrary) {
      const body = toBase64(base64(vector.body).slice(0, -1))
      const { plaintext } = read(vector, library, {}, body)
      await assertRejects(plaintext, unreadable(vector, library) ?? 'ERR_DECRYPTION_FAILED')
    },
  },
])

// 24 bytes of AES key are more than some platforms take.
const unreadable = (vector: Vector, { traits }: LegacyLibrary): string | undefined =>
  !traits.aes192 && base64(vector.dataKey).length === 24 ? 'ERR_NOT_SUPPORTED' : undefined

const toBase64 = (bytes: Uint8Array) => btoa(String.fromCharCode(...bytes))
