// SPDX-License-Identifier: Apache-2.0
import { expect, test } from 'vitest'
import { rawAesKeyring } from '../../src/keyring/raw-aes.ts'
import { counting, rejects, toHex, unwrap, V3, wrap } from './support.ts'

const [A, B, C, D] = [0, 50, 100, 150].map((first) => counting(32, first)) as [
  Uint8Array,
  Uint8Array,
  Uint8Array,
  Uint8Array,
]

const writes = (wrappingKey: Uint8Array, materialDescription = {}) =>
  wrap(rawAesKeyring({ wrappingKey, materialDescription }), V3)

const reads = async (
  keyring: ReturnType<typeof rawAesKeyring>,
  stored: Awaited<ReturnType<typeof writes>>,
) => {
  expect(toHex(await unwrap(keyring, stored))).toBe(toHex(stored.dataKey))
}

test('an equal description, then the callback, then the default', async () => {
  const asked: unknown[] = []
  const keyring = rawAesKeyring({
    wrappingKey: A,
    additionalKeys: [
      { materialDescription: { id: 'b', of: '1' }, wrappingKey: B },
      { materialDescription: {}, wrappingKey: C },
    ],
    keyFor: (description) => {
      asked.push(description)
      return description['id'] === 'd' ? Promise.resolve(D) : undefined
    },
  })
  await reads(keyring, await writes(B, { of: '1', id: 'b' }))
  await reads(keyring, await writes(C))
  expect(asked).toEqual([])
  await reads(keyring, await writes(D, { id: 'd' }))
  await reads(keyring, await writes(A, { id: 'b' }))
  await reads(keyring, await writes(A, { id: 'b', of: '1', more: '' }))
  await reads(keyring, await writes(A, { id: 'b', of: '2' }))
  expect(asked).toHaveLength(4)
  await rejects(unwrap(keyring, await writes(A, { of: '1', id: 'b' })), 'ERR_UNWRAP_FAILED')
})

test('descriptions are compared by their own entries', async () => {
  const keyring = rawAesKeyring({
    wrappingKey: A,
    additionalKeys: [{ materialDescription: { toString: 'x' }, wrappingKey: B }],
  })
  await reads(keyring, await writes(A, { constructor: 'x' }))
  await reads(keyring, await writes(A, JSON.parse('{"__proto__":"x"}') as object))
  await reads(keyring, await writes(B, { toString: 'x' }))
})

test('writing uses the default key and the description of the keyring', async () => {
  const materialDescription: Record<string, string> = { id: 'a' }
  const keyring = rawAesKeyring({
    wrappingKey: A,
    materialDescription,
    additionalKeys: [{ materialDescription: { id: 'b' }, wrappingKey: B }],
  })
  materialDescription['id'] = 'changed later'
  const stored = await wrap(keyring, V3)
  expect(stored.description).toEqual({ id: 'a' })
  await reads(rawAesKeyring({ wrappingKey: A }), stored)
})

test('no key at all', async () => {
  const keyring = rawAesKeyring({
    additionalKeys: [{ materialDescription: { id: 'b' }, wrappingKey: B }],
  })
  await reads(keyring, await writes(B, { id: 'b' }))
  const error = await rejects(
    unwrap(keyring, await writes(B, { id: 'c' })),
    'ERR_KEYRING_CANNOT_DECRYPT',
  )
  expect(error.message).toContain('{"id":"c"}')
})

test('what the callback throws passes through', async () => {
  const failure = new Error('the key server is down')
  const keyring = rawAesKeyring({ keyFor: () => Promise.reject(failure) })
  await expect(unwrap(keyring, await writes(A))).rejects.toBe(failure)
  const unfit = rawAesKeyring({ keyFor: () => A.subarray(1) })
  await rejects(unwrap(unfit, await writes(A)), 'ERR_CONFIGURATION')
})

test('two keys for one description are refused', async () => {
  const additionalKeys = [
    { materialDescription: { a: '1', b: '2' }, wrappingKey: A },
    { materialDescription: { b: '2', a: '1' }, wrappingKey: B },
  ]
  await rejects(() => rawAesKeyring({ additionalKeys }), 'ERR_CONFIGURATION')
})
