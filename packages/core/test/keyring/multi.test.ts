// SPDX-License-Identifier: Apache-2.0
import { expect, test } from 'vitest'
import type { Keyring } from '../../src/keyring/keyring.ts'
import { kmsKeyring } from '../../src/keyring/kms.ts'
import { multiKeyring } from '../../src/keyring/multi.ts'
import { rawAesKeyring } from '../../src/keyring/raw-aes.ts'
import { counting, rejects, roundTrip, toHex, unwrap, V3, wrap } from './support.ts'

const a = rawAesKeyring({ wrappingKey: counting(32, 1) })
const b = rawAesKeyring({ wrappingKey: counting(32, 2) })
const c = rawAesKeyring({ wrappingKey: counting(32, 3) })

test('the generator writes; whichever can, reads', async () => {
  const multi = multiKeyring({ generator: a, children: [b, c] })
  await roundTrip(multi, a, V3)
  for (const writer of [a, b, c]) await roundTrip(writer, multi, V3)
})

test('the order is kept, and nobody is asked after an answer', async () => {
  const asked: string[] = []
  const noting = (name: string, keyring: Keyring): Keyring => ({
    onEncrypt: (materials) => keyring.onEncrypt(materials),
    onDecrypt: (materials) => {
      asked.push(name)
      return keyring.onDecrypt(materials)
    },
  })
  const children = [noting('b', b), noting('c', c)]
  const multi = multiKeyring({ generator: noting('a', a), children })
  children.pop()
  const stored = await wrap(b, V3)
  expect(toHex(await unwrap(multi, stored))).toBe(toHex(stored.dataKey))
  expect(asked).toEqual(['a', 'b'])
})

test('all errors are in the cause of the one', async () => {
  const kms = kmsKeyring({
    discovery: true,
    kms: {
      generateDataKey: () => Promise.reject(new Error('called')),
      encrypt: () => Promise.reject(new Error('called')),
      decrypt: () => Promise.reject(new Error('called')),
    },
  })
  const multi = multiKeyring({ children: [kms, a, b] })
  const error = await rejects(unwrap(multi, await wrap(c, V3)), 'ERR_UNWRAP_FAILED')
  expect(error.cause).toBeInstanceOf(AggregateError)
  expect((error.cause as AggregateError).errors).toMatchObject([
    { code: 'ERR_WRAPPING_ALGORITHM_UNSUPPORTED' },
    { code: 'ERR_UNWRAP_FAILED' },
    { code: 'ERR_UNWRAP_FAILED' },
  ])
  expect(JSON.stringify(error)).not.toContain('UNSUPPORTED')
})

test('without a generator it only reads; without anything it is none', async () => {
  await rejects(wrap(multiKeyring({ children: [a] }), V3), 'ERR_KEYRING_CANNOT_ENCRYPT')
  await rejects(() => multiKeyring({}), 'ERR_CONFIGURATION')
  await roundTrip(multiKeyring({ generator: a }), a, V3)
})
