// SPDX-License-Identifier: Apache-2.0
import { generateKeyPairSync, randomBytes } from 'node:crypto'
import { multiKeyring, rawAesKeyring, rawRsaKeyring, type Keyring } from '@s3-cse/client'
import { describe, expect, test } from 'vitest'
import { BUCKET, bytes, freshKey, readsAll, useAccount } from './support.ts'

const account = useAccount()
const forbid = { commitmentPolicy: 'FORBID_ENCRYPT_ALLOW_DECRYPT' }
const [january, february, march] = [randomBytes(32), randomBytes(32), randomBytes(32)]
const described = (month: string) => ({ materialDescription: { month } })

async function put(keyring: Keyring, options: object = {}): Promise<string> {
  const Key = freshKey()
  await account.client({ keyring, ...options }).putObject({ Bucket: BUCKET, Key, Body: Key })
  return Key
}

/** The content of a test object is its name. */
async function expectReads(keyring: Keyring, Key: string): Promise<void> {
  const client = account.client({ keyring, ...readsAll })
  expect((await bytes(await client.getObject({ Bucket: BUCKET, Key }))).toString()).toBe(Key)
}

describe('the material description of a raw keyring', () => {
  const { publicKey, privateKey } = generateKeyPairSync('rsa', {
    modulusLength: 2048,
    publicKeyEncoding: { type: 'spki', format: 'pem' },
    privateKeyEncoding: { type: 'pkcs8', format: 'pem' },
  })
  const keyrings = {
    AES: rawAesKeyring({ wrappingKey: january, ...described('1') }),
    RSA: rawRsaKeyring({ publicKey, privateKey, ...described('1') }),
  }

  test.each([
    ['x-amz-m of format V3', {}, 'x-amz-m'],
    ['x-amz-matdesc of format V2', forbid, 'x-amz-matdesc'],
  ] as const)('is stored as %s, and not secret', async (_, options, name) => {
    for (const keyring of Object.values(keyrings)) {
      const Key = await put(keyring, options)
      expect((await account.stored(Key)).metadata).toHaveProperty([name], '{"month":"1"}')
      await expectReads(keyring, Key)
    }
  })

  test('goes with a multipart upload too', async () => {
    const Key = freshKey()
    const client = account.client({ keyring: keyrings.AES, partSize: 5 * 2 ** 20 })
    const Body = randomBytes(6 * 2 ** 20)
    await client.upload({ Bucket: BUCKET, Key, Body })
    expect((await account.stored(Key)).metadata).toHaveProperty(['x-amz-m'], '{"month":"1"}')
    expect((await bytes(await client.getObject({ Bucket: BUCKET, Key }))).equals(Body)).toBe(true)
  })
})

describe('the key for an object', () => {
  test('is the one with an equal description, else that of the callback, else the default', async () => {
    const keys = new Map([['3', march]])
    const keyring = rawAesKeyring({
      wrappingKey: january,
      additionalKeys: [{ ...described('2'), wrappingKey: february }],
      keyFor: ({ month }) => Promise.resolve(keys.get(month ?? '')),
    })
    for (const options of [{}, forbid]) {
      await expectReads(keyring, await put(keyring, options))
      for (const [month, wrappingKey] of [
        ['2', february],
        ['3', march],
        ['4', january],
      ] as const) {
        const writer = rawAesKeyring({ wrappingKey, ...described(month) })
        await expectReads(keyring, await put(writer, options))
      }
    }
  })
})

describe('a multi-keyring', () => {
  const [a, b] = [january, february].map((wrappingKey) => rawAesKeyring({ wrappingKey })) as [
    Keyring,
    Keyring,
  ]

  test('writes with its generator and reads with whichever can', async () => {
    const keyring = multiKeyring({ generator: a, children: [b] })
    const Key = await put(keyring)
    await expectReads(a, Key)
    await expectReads(keyring, Key)
    await expectReads(keyring, await put(b))
  })

  test('says what each of its keyrings lacks', async () => {
    const Key = await put(rawAesKeyring({ wrappingKey: march }))
    const client = account.client({ keyring: multiKeyring({ children: [a, b] }) })
    await expect(client.getObject({ Bucket: BUCKET, Key })).rejects.toMatchObject({
      code: 'ERR_UNWRAP_FAILED',
      cause: { errors: [{ code: 'ERR_UNWRAP_FAILED' }, { code: 'ERR_UNWRAP_FAILED' }] },
    })
  })
})
