// SPDX-License-Identifier: Apache-2.0
/**
 * Objects of 1 KiB under a raw AES key, many at a time: the library, and OpenSSL without waiting.
 *
 * @module
 */

import { decrypt, encrypt, rawAesKeyring } from '@s3-cse/core'
import { answer, job } from '../child.ts'
import { compare, type Times } from '../measure.ts'
import { BATCH } from './batch.ts'
import { decryptSync, encryptSync } from './node-crypto.ts'

/** What the parent asks for. */
export interface SmallObjectsJob {
  readonly rounds: number
}

/** One comparison; seconds for {@link BATCH} objects. */
export interface SmallObjectsResult {
  readonly direction: 'encrypt' | 'decrypt'
  readonly times: Times
}

const { rounds } = job() as SmallObjectsJob
const body = Uint8Array.from({ length: 1024 }, (_, i) => i)
const wrappingKey = Uint8Array.from({ length: 32 }, (_, i) => i)
const keyring = rawAesKeyring({ wrappingKey })
const indexes = [...Array(BATCH).keys()]

const stored = await encrypt(body, { keyring })
// Each reads what the other wrote, so that both do the same work.
if (!decryptSync(wrappingKey, stored).equals(body)) throw new Error('node:crypto reads other bytes')
const storedSync = encryptSync(wrappingKey, body)
if (!Buffer.from(await decrypt(storedSync, { keyring })).equals(body))
  throw new Error('other bytes')

const work: Record<'encrypt' | 'decrypt', Record<string, () => unknown>> = {
  encrypt: {
    's3-cse': () => encrypt(body, { keyring }),
    'node:crypto': () => encryptSync(wrappingKey, body),
  },
  decrypt: {
    's3-cse': () => decrypt(stored, { keyring }),
    'node:crypto': () => decryptSync(wrappingKey, stored),
  },
}

const results: SmallObjectsResult[] = []
for (const direction of ['encrypt', 'decrypt'] as const) {
  const contestants = Object.entries(work[direction]).map(([name, one]) => ({
    name,
    async run() {
      await Promise.all(indexes.map(() => one()))
    },
  }))
  results.push({ direction, times: await compare(contestants, { rounds, atLeast: 0.2 }) })
}
answer(results)
