// SPDX-License-Identifier: Apache-2.0
import { browserContent, workerPool } from '@s3-cse/browser'
import {
  algorithmSuite,
  authenticateStream,
  decryptStreamUnverified,
  encryptStream,
  release,
  type Bytes,
  type ContentKey,
  type ContentOptions,
} from '@s3-cse/core'
import type { BenchConfig } from '../config.ts'
import type { compare, Comparison, Ways } from './compare.ts'
import { randomContent } from './content.ts'

const MiB = 2 ** 20
const TOTAL = 64 * MiB

const key: ContentKey = {
  suite: algorithmSuite(0x0073),
  key: randomContent(32),
  iv: randomContent(12),
  aad: Uint8Array.of(0, 0x73),
}

/** The same mebibyte again and again, as a stream would give it. */
function* repeated(piece: Bytes, total: number): Generator<Bytes> {
  for (let at = 0; at < total; at += piece.length) yield piece
}

async function drain(chunks: AsyncIterable<Bytes>): Promise<void> {
  for await (const chunk of chunks) release(chunk)
}

/** Calls of `subtle` for each chunk, four at a time: what an engine on top of it cannot beat. */
async function raw(chunk: Bytes): Promise<void> {
  const gcm = await crypto.subtle.importKey('raw', key.key, 'AES-GCM', false, ['encrypt'])
  const calls = repeated(chunk, TOTAL)
  await Promise.all(
    Array.from({ length: 4 }, async () => {
      for (const piece of calls) {
        const iv = crypto.getRandomValues(new Uint8Array(12))
        release(new Uint8Array(await crypto.subtle.encrypt({ name: 'AES-GCM', iv }, gcm, piece)))
      }
    }),
  )
}

export async function* engine(
  { rounds, cores }: BenchConfig,
  run: typeof compare,
): AsyncGenerator<Comparison> {
  const piece = randomContent(MiB)
  const chunk = (size: number) => piece.subarray(0, size)
  const encrypt = (options: ContentOptions) => () =>
    drain(encryptStream(key, repeated(piece, TOTAL), options))
  const decrypt = (options: ContentOptions) => async () => {
    try {
      await drain(decryptStreamUnverified(key, repeated(piece, TOTAL), options))
    } catch {
      // All of it was decrypted and hashed before the tag, which is none, was compared.
    }
  }
  const authenticate = (options: ContentOptions) => () =>
    authenticateStream(key, repeated(piece, TOTAL), options).catch(() => undefined)

  const sizes = { '128 KiB': MiB / 8, '256 KiB': MiB / 4, '512 KiB': MiB / 2, '1 MiB': MiB }
  const bySize = (way: (size: number) => () => Promise<unknown>): Ways =>
    Object.fromEntries(Object.entries(sizes).map(([name, size]) => [name, way(size)]))

  yield await run('Encrypt, by chunk size', TOTAL, rounds, {
    'raw, 1 MiB': () => raw(chunk(MiB)),
    ...bySize((chunkSize) => encrypt({ chunkSize })),
  })
  for (const strategy of ['ctr-gmac', 'ctr-gcm', 'gcm-gmac'] as const) {
    yield await run(
      `Decrypt by ${strategy}, by chunk size`,
      TOTAL,
      rounds,
      bySize((chunkSize) => decrypt({ chunkSize, strategy })),
    )
  }

  const pools = [1, 2, 4].filter((size) => size <= Math.max(2, cores))
  const pooled = pools.map((size) => [`${size} workers`, workerPool({ size })] as const)
  const inPools = (way: (options: ContentOptions) => () => Promise<unknown>): Ways => ({
    'the page': way(browserContent()),
    ...Object.fromEntries(
      pooled.map(([name, { cipher }]) => [name, way({ ...browserContent(), cipher })]),
    ),
  })
  yield await run('Encrypt in workers', TOTAL, rounds, inPools(encrypt))
  yield await run('Decrypt in workers', TOTAL, rounds, inPools(decrypt))
  yield await run('Authenticate in workers', TOTAL, rounds, inPools(authenticate))
  for (const [, pool] of pooled) pool.close()
}
