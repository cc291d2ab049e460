// SPDX-License-Identifier: Apache-2.0
/**
 * The content engine: streams, parts and ranges give the bytes of one native call of WebCrypto.
 *
 * @module
 */

import type { AlgorithmSuiteId, ContentKey, GcmStrategy } from '@s3-cse/core'
import { assert, assertBytes, assertRejects, content, flipped, type Check } from './check.ts'
import type { Library } from './library.ts'

type Bytes = Uint8Array<ArrayBuffer>

const SIZES = [0, 1, 15, 16, 17, 1000, 65_536, 200_003]
const strategies: readonly GcmStrategy[] = ['ctr-gmac', 'ctr-gcm', 'gcm-gmac']
const keyBytes = content(32)

function contentKey({ core }: Library, id: AlgorithmSuiteId, key = keyBytes): ContentKey {
  const suite = core.algorithmSuite(id)
  const gcm = suite.cipher === 'AES-GCM'
  const iv = content(gcm ? 12 : 16)
  return { suite, key, iv, aad: suite.committing ? Uint8Array.of(0, 0x73) : new Uint8Array(0) }
}

/** All at once, by WebCrypto itself. */
async function native({ suite, key, iv, aad }: ContentKey, plaintext: Bytes): Promise<Bytes> {
  const imported = await crypto.subtle.importKey('raw', key, suite.cipher, false, ['encrypt'])
  const algorithm =
    suite.cipher === 'AES-GCM'
      ? { name: suite.cipher, iv, additionalData: aad }
      : { name: suite.cipher, iv }
  return new Uint8Array(await crypto.subtle.encrypt(algorithm, imported, plaintext))
}

function* cut(bytes: Bytes, size: number): Generator<Bytes> {
  for (let at = 0; at < bytes.length; at += size) yield bytes.subarray(at, at + size)
}

async function joined({ core }: Library, chunks: AsyncIterable<Bytes>): Promise<Bytes> {
  const all: Bytes[] = []
  for await (const chunk of chunks) all.push(chunk.slice())
  return core.concat(...all)
}

const suites = [0x0070, 0x0072, 0x0073] as const

const streamChecks: Check<Library>[] = suites.flatMap((id) =>
  SIZES.map((size) => ({
    name: `stream of ${size} bytes, suite ${id}`,
    async run(library: Library) {
      const { core } = library
      const key = contentKey(library, id)
      const plaintext = content(size)
      const expected = await native(key, plaintext)
      for (const chunkSize of [16, 4096, 2 ** 20].filter((chunk) => size / chunk < 1000)) {
        const options = { chunkSize, concurrency: 3 }
        const encrypted = core.encryptStream(key, cut(plaintext, 777), options)
        assertBytes(await joined(library, encrypted), expected)
        const decrypted = core.decryptStreamUnverified(key, cut(expected, 555), options)
        assertBytes(await joined(library, decrypted), plaintext)
      }
    },
  })),
)

const strategyChecks: Check<Library>[] = strategies.flatMap((strategy) =>
  [undefined, false].map((longIv) => ({
    name: `AES-GCM by ${strategy}, ${longIv === undefined ? 'IVs as the platform takes them' : 'short IVs'}`,
    async run(library: Library) {
      const { core } = library
      const key = contentKey(library, 0x0073)
      const plaintext = content(50_001)
      const expected = await native(key, plaintext)
      const options = { strategy, longIv, chunkSize: 4096 }
      const encrypted = core.encryptStream(key, cut(plaintext, 5000), options)
      assertBytes(await joined(library, encrypted), expected)
      await core.authenticateStream(key, cut(expected, 3000), options)
      assertBytes(await core.decryptBuffered(key, cut(expected, 3000), options), plaintext)
    },
  })),
)

const parts: Check<Library> = {
  name: 'parts in any order give the tag of the whole',
  async run(library) {
    const { core } = library
    const key = contentKey(library, 0x0073)
    const plaintext = content(300_005)
    const expected = await native(key, plaintext)
    const cipher = await core.gcmCipher(key)
    const offsets = [0, 100_000, 200_000]
    const encrypted = await Promise.all(
      offsets
        .toReversed()
        .map((at) =>
          core.encryptPart(
            cipher,
            at,
            plaintext.subarray(at, at + 100_000 + (at === 200_000 ? 5 : 0)),
          ),
        ),
    )
    const inOrder = encrypted.toReversed()
    const share = inOrder.map((piece) => piece.share).reduce((a, b) => cipher.merge(a, b))
    const body = core.concat(...inOrder.map((piece) => piece.ciphertext), cipher.tag(share))
    assertBytes(body, expected)
    assert(cipher.verify(share, expected.subarray(-16)), 'the tag verifies')
    assert(!cipher.verify(share, flipped(expected.subarray(-16), 3)), 'another tag does not')
  },
}

const tampering: Check<Library>[] = [0, 1, 25_000, 49_999, 50_000, 50_015].map((offset) => ({
  name: `a bit flipped at ${offset} of 50016 bytes is found`,
  async run(library) {
    const { core } = library
    const key = contentKey(library, 0x0073)
    const altered = flipped(await native(key, content(50_000)), offset)
    const code = 'ERR_DECRYPTION_FAILED'
    await assertRejects(core.decryptBytes(key, altered), code)
    await assertRejects(core.decryptBuffered(key, cut(altered, 999), { chunkSize: 4096 }), code)
    await assertRejects(core.authenticateStream(key, cut(altered, 999)), code)
  },
}))

const ranges: Check<Library>[] = ([0x0070, 0x0071, 0x0074] as const).map((id) => ({
  name: `a range, suite ${id}`,
  async run(library) {
    const { core } = library
    const whole = core.algorithmSuites.find(
      ({ ranged, cipher }) => ranged === id && cipher !== 'AES-CTR',
    )
    assert(whole !== undefined, 'a suite')
    const key = contentKey(library, whole.id)
    const plaintext = content(10_000)
    const body = await native(key, plaintext)
    const offset = 1000 - (1000 % 16) - 16
    const range = { first: 1000, last: 4999, offset, objectLength: body.length }
    const ranged = { ...key, suite: core.algorithmSuite(id) }
    const source = cut(body.subarray(offset), 100)
    const read = core.decryptRangeUnverified(ranged, source, range)
    assertBytes(await joined(library, read), plaintext.subarray(1000, 5000))
  },
}))

const transforms: Check<Library> = {
  name: 'transform streams',
  async run(library) {
    const { core } = library
    const key = contentKey(library, 0x0073)
    const plaintext = content(100_001)
    const encrypted = new Blob([plaintext]).stream().pipeThrough(core.encryptTransform(key))
    const body = new Uint8Array(await new Response(encrypted).arrayBuffer())
    assertBytes(body, await native(key, plaintext))
    const decrypted = new Blob([body]).stream().pipeThrough(core.decryptTransformUnverified(key))
    assertBytes(new Uint8Array(await new Response(decrypted).arrayBuffer()), plaintext)
  },
}

const aes192Checks: Check<Library>[] = suites
  .filter((id) => id !== 0x0073)
  .map((id) => ({
    name: `a data key of 24 bytes, suite ${id}: works, or is refused`,
    async run(library) {
      const { core, traits } = library
      const key = contentKey(library, id, content(24))
      const plaintext = content(1000)
      if (traits.aes192) {
        const body = await native(key, plaintext)
        assertBytes(await core.encryptBytes(key, plaintext), body)
        assertBytes(await core.decryptBuffered(key, cut(body, 99)), plaintext)
      } else {
        await assertRejects(core.encryptBytes(key, plaintext), 'ERR_NOT_SUPPORTED')
        await assertRejects(core.decryptBytes(key, content(64)), 'ERR_NOT_SUPPORTED')
        const stream = core.decryptBuffered(key, cut(content(64), 99))
        await assertRejects(stream, 'ERR_NOT_SUPPORTED')
      }
    },
  }))

export const contentChecks: Check<Library>[] = [
  ...streamChecks,
  ...strategyChecks,
  parts,
  ...tampering,
  ...ranges,
  transforms,
  ...aes192Checks,
]
