// SPDX-License-Identifier: Apache-2.0
import { afterEach, beforeEach, expect, test, vi } from 'vitest'
import { gcmCipher } from '../../src/content/gcm.ts'
import { contentKey, expectBytes, sample } from './support.ts'

beforeEach(() => {
  vi.resetModules()
})
afterEach(() => {
  vi.restoreAllMocks()
})

/** Milliseconds that each operation shall seem to take, on a clock that nothing else moves. */
function pretend(costs: { gcm: number; ctr: number; gmac: number }): { trials: number } {
  const state = { trials: 0 }
  let clock = 0
  vi.spyOn(performance, 'now').mockImplementation(() => clock)
  const encrypt = crypto.subtle.encrypt.bind(crypto.subtle)
  vi.spyOn(crypto.subtle, 'encrypt').mockImplementation((algorithm, key, data) => {
    const { name, additionalData } = algorithm as AesGcmParams
    state.trials += 1
    clock += name === 'AES-CTR' ? costs.ctr : additionalData === undefined ? costs.gcm : costs.gmac
    return encrypt(algorithm, key, data)
  })
  return state
}

const fresh = async () => (await import('../../src/content/gcm-strategy.ts')).fastestStrategy

test.each([
  [{ gcm: 1, ctr: 2, gmac: 1 }, 'gcm-gcm'],
  [{ gcm: 2, ctr: 1, gmac: 2 }, 'ctr-gcm'],
  [{ gcm: 4, ctr: 1, gmac: 2 }, 'ctr-gmac'],
  [{ gcm: 4, ctr: 5, gmac: 1 }, 'gcm-gmac'],
])('of %o the best is %s', async (costs, expected) => {
  pretend(costs)
  expect(await (await fresh())()).toBe(expected)
})

test('it is found once', async () => {
  const state = pretend({ gcm: 1, ctr: 1, gmac: 1 })
  const fastestStrategy = await fresh()
  await Promise.all([fastestStrategy(), fastestStrategy()])
  const { trials } = state
  await fastestStrategy()
  expect(state.trials).toBe(trials)
})

test('a cipher without a strategy works', async () => {
  const cipher = await gcmCipher(contentKey())
  const { ciphertext } = await cipher.encryptAt(0, sample(33))
  expectBytes((await cipher.decryptAt(0, ciphertext)).plaintext, sample(33))
})
