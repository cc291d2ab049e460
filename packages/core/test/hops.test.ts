// SPDX-License-Identifier: Apache-2.0
import { setImmediate } from 'node:timers/promises'
import { afterEach, expect, test, vi } from 'vitest'
import { encrypt, rawAesKeyring } from '../src/index.ts'

afterEach(() => {
  vi.restoreAllMocks()
})

/** Holds each native operation until all that have begun are done: how often is how long the chain is. */
function chain() {
  let running = 0
  let waiting: (() => void)[] = []
  for (const name of ['encrypt', 'decrypt', 'deriveBits'] as const) {
    const native = crypto.subtle[name].bind(crypto.subtle) as (...args: never[]) => Promise<unknown>
    const held = async (...args: never[]) => {
      running += 1
      const result = await native(...args)
      running -= 1
      await new Promise<void>((go) => waiting.push(go))
      return result
    }
    vi.spyOn(crypto.subtle, name).mockImplementation(held as never)
  }
  return {
    async lengthOf(work: Promise<unknown>): Promise<number> {
      const state = { ended: false, length: 0 }
      void work.finally(() => (state.ended = true))
      while (!state.ended) {
        await setImmediate()
        if (running > 0 || waiting.length === 0) continue
        state.length += 1
        const go = waiting
        waiting = []
        for (const each of go) each()
      }
      await work
      return state.length
    },
  }
}

test('a small object waits for two native operations on its way in: derivation and encryption', async () => {
  const keyring = rawAesKeyring({ wrappingKey: new Uint8Array(32).fill(1) })
  const body = new Uint8Array(1024)
  await encrypt(body, { keyring }) // the wrapping key is imported once
  expect(await chain().lengthOf(encrypt(body, { keyring }))).toBe(2)
})
