// SPDX-License-Identifier: Apache-2.0
import { createCipheriv, createDecipheriv, randomBytes } from 'node:crypto'
import { createServer, type Server } from 'node:http'
import type { AddressInfo } from 'node:net'
import { text } from 'node:stream/consumers'
import { algorithmSuite } from '@s3-cse/client'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { httpKeyring } from '../../../examples/http-keyring.ts'
import { BUCKET, bytes, freshKey, readsAll, useAccount } from './support.ts'

const account = useAccount()
const token = 'let-me-in'
const masterKey = randomBytes(32)
const context = { encryptionContext: { tenant: '7' } }

type Request = { context: object; dataKey?: string; wrapped?: string }

/** AES-256-GCM under the master key, with the context as additional data. */
const operations: Record<string, (request: Request) => object> = {
  '/generate': (request) => {
    const dataKey = randomBytes(32).toString('base64')
    return { dataKey, ...operations['/wrap']?.({ ...request, dataKey }) }
  },
  '/wrap': ({ context: aad, dataKey = '' }) => {
    const iv = randomBytes(12)
    const cipher = createCipheriv('aes-256-gcm', masterKey, iv).setAAD(json(aad))
    const sealed = [cipher.update(dataKey, 'base64'), cipher.final(), cipher.getAuthTag()]
    return { wrapped: Buffer.concat([iv, ...sealed]).toString('base64') }
  },
  '/unwrap': ({ context: aad, wrapped = '' }) => {
    const stored = Buffer.from(wrapped, 'base64')
    const cipher = createDecipheriv('aes-256-gcm', masterKey, stored.subarray(0, 12))
    cipher.setAAD(json(aad)).setAuthTag(stored.subarray(-16))
    const dataKey = Buffer.concat([cipher.update(stored.subarray(12, -16)), cipher.final()])
    return { dataKey: dataKey.toString('base64') }
  },
}
const json = (value: object) => Buffer.from(JSON.stringify(Object.entries(value).sort()))

let server: Server
let url: string
beforeAll(async () => {
  server = createServer((request, response) => {
    void text(request).then((body) => {
      if (request.headers.authorization !== `Bearer ${token}`) return response.writeHead(401).end()
      try {
        const answer = operations[request.url ?? '']?.(JSON.parse(body) as Request)
        return response.end(JSON.stringify(answer))
      } catch {
        return response.writeHead(403).end()
      }
    })
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`
})
afterAll(() => {
  server.closeAllConnections()
  server.close()
})

const client = (options = {}) =>
  account.client({ keyring: httpKeyring({ url, token }), ...options })
const forbid = { commitmentPolicy: 'FORBID_ENCRYPT_ALLOW_DECRYPT' }

test.each([
  ['115', {}],
  ['GCM', forbid],
])('data keys come from the service, suite %s', async (_, policy) => {
  const Key = freshKey()
  await client(policy).putObject({ Bucket: BUCKET, Key, Body: 'secret' }, context)
  const output = await client(readsAll).getObject({ Bucket: BUCKET, Key }, context)
  expect((await bytes(output)).toString()).toBe('secret')
})

test('the service refuses another context', async () => {
  const Key = freshKey()
  await client().putObject({ Bucket: BUCKET, Key, Body: 'secret' }, context)
  for (const wrong of [{}, { encryptionContext: { tenant: '8' } }]) {
    await expect(client().getObject({ Bucket: BUCKET, Key }, wrong)).rejects.toThrow('403')
  }
})

test('a rewritten envelope does not move a data key to another cipher', async () => {
  const Key = freshKey()
  await client(forbid).putObject({ Bucket: BUCKET, Key, Body: 'secret' }, context)
  const { metadata, body } = await account.stored(Key)
  const fields = { 'x-amz-cek-alg': 'AES/CBC/PKCS5Padding', 'x-amz-iv': 'AAAAAAAAAAAAAAAAAAAAAQ==' }
  await account.store(Key, body, { ...metadata, ...fields })
  const read = client(readsAll).getObject({ Bucket: BUCKET, Key }, context)
  await expect(read).rejects.toThrow('403')
})

test('errors of the service come through, and nothing is stored', async () => {
  const Key = freshKey()
  const keyring = httpKeyring({ url, token: 'wrong' })
  const put = account.client({ keyring }).putObject({ Bucket: BUCKET, Key, Body: 'secret' })
  await expect(put).rejects.toThrow('401')
  await expect(account.stored(Key)).rejects.toMatchObject({ name: 'NoSuchKey' })
})

test('an existing data key is wrapped', async () => {
  const keyring = httpKeyring({ url, token })
  const materials = { suite: algorithmSuite(0x0073), encryptionContext: { a: 'b' } }
  const dataKey = randomBytes(32)
  const wrapped = await keyring.onEncrypt({ ...materials, dataKey })
  const read = await keyring.onDecrypt({
    ...materials,
    encryptedDataKey: await wrapped.encryptedDataKey,
    wrappingAlgorithm: { name: 'kms+context', code: '12', named: true, kms: true, legacy: false },
    description: wrapped.description,
  })
  expect(Buffer.from(read)).toEqual(dataKey)
})
