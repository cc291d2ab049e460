// SPDX-License-Identifier: Apache-2.0
/**
 * Which of the ways to decrypt and authenticate is the fastest on this platform.
 *
 * @module
 */

import { randomBytes } from '../bytes.ts'
import { subtle } from '../webcrypto.ts'
import { release } from './release.ts'

/**
 * How a piece is decrypted and authenticated: in two native passes, for its tag is not known in
 * advance. All give the same bytes; engines differ by a factor of three.
 *
 * The first word is what decrypts: AES-CTR, or AES-GCM of the ciphertext, which adds the same key
 * stream. The second is what authenticates: GMAC of the ciphertext, at the same time, or AES-GCM of
 * the plaintext, afterwards, whose tag hashes the ciphertext.
 */
export type GcmStrategy = 'ctr-gmac' | 'ctr-gcm' | 'gcm-gmac' | 'gcm-gcm'

const TRIAL = 2 ** 19 // bytes: enough for the work to outweigh the call
const ROUNDS = 4 // of which the first warms up

async function tryStrategies(): Promise<GcmStrategy> {
  const webcrypto = subtle()
  const bytes = new Uint8Array(TRIAL)
  const key = randomBytes(32)
  const importKey = (name: string) => webcrypto.importKey('raw', key, name, false, ['encrypt'])
  const [gcmKey, ctrKey] = await Promise.all([importKey('AES-GCM'), importKey('AES-CTR')])
  const iv = new Uint8Array(12)
  const trials = {
    gcm: () => webcrypto.encrypt({ name: 'AES-GCM', iv }, gcmKey, bytes),
    ctr: () =>
      webcrypto.encrypt(
        { name: 'AES-CTR', counter: new Uint8Array(16), length: 32 },
        ctrKey,
        bytes,
      ),
    gmac: () =>
      webcrypto.encrypt({ name: 'AES-GCM', iv, additionalData: bytes }, gcmKey, new Uint8Array(0)),
  }
  const least = { gcm: Infinity, ctr: Infinity, gmac: Infinity } // milliseconds
  for (let round = 0; round < ROUNDS; round++) {
    for (const name of ['gcm', 'ctr', 'gmac'] as const) {
      const start = performance.now()
      const output = await trials[name]()
      least[name] = Math.min(least[name], performance.now() - start)
      release(new Uint8Array(output))
    }
  }
  const decipher = least.ctr < least.gcm ? 'ctr' : 'gcm'
  // In Node.js GMAC costs memory too: what it hashes is copied into the JavaScript heap.
  const hash = least.gmac < 0.8 * least.gcm ? 'gmac' : 'gcm'
  return `${decipher}-${hash}`
}

let found: Promise<GcmStrategy> | undefined

/** The fastest on this platform. Found by trying, once, in a few milliseconds. */
export function fastestStrategy(): Promise<GcmStrategy> {
  found ??= tryStrategies()
  return found
}
