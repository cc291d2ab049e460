import { createHash, randomBytes } from 'node:crypto'
import { describe, expect, test } from 'vitest'
import { BUCKET, bytes, freshKey, readsAll, useAccount } from './support.ts'

const account = useAccount()
const content = randomBytes(9 * 2 ** 20 + 5)
const sha256 = (data: Uint8Array) => createHash('sha256').update(data).digest('hex')

async function put(options = {}) {
  const Key = freshKey()
  await account.client(options).putObject({ Bucket: BUCKET, Key, Body: content })
  return { Bucket: BUCKET, Key }
}

const modes = [
  ['buffered', {}],
  ['two-pass', { twoPassAuthentication: true }],
  ['delayed', { delayedAuthentication: true }],
] as const

describe.each(modes)('%s', (mode, options) => {
  test('gives the content', async () => {
    const object = await put()
    const output = await account.client(options).getObject(object)
    expect(output.ContentLength).toBe(content.length)
    expect(sha256(await bytes(output))).toBe(sha256(content))
  })

  test('may be chosen for one request', async () => {
    const object = await put()
    const client = account.client(mode === 'buffered' ? { delayedAuthentication: true } : {})
    const call = mode === 'buffered' ? { bufferSize: 2 ** 24 } : options
    account.aws.s3.requests.clear()
    expect(sha256(await bytes(await client.getObject(object, call)))).toBe(sha256(content))
    expect(account.aws.s3.requests.of('GetObject')).toHaveLength(mode === 'two-pass' ? 2 : 1)
  })

  test.each([0, 5_000_000, content.length + 15])('finds a bit flipped at %i', async (offset) => {
    const object = await put()
    await account.aws.s3.flipByte(BUCKET, object.Key, offset)
    const get = account.client(options).getObject(object)
    const security = { name: 'S3EncryptionSecurityError', code: 'ERR_DECRYPTION_FAILED' }
    if (mode === 'delayed') await expect(bytes(await get)).rejects.toMatchObject(security)
    else await expect(get).rejects.toMatchObject(security)
  })

  test('finds a body that ends too soon', async () => {
    const object = await put()
    account.aws.s3.faults.add({ operation: 'GetObject', key: object.Key, kind: 'truncate' })
    const get = account.client(options).getObject(object).then(bytes)
    await expect(get).rejects.toThrow(Error)
  })

  test('reads CBC where that is enabled', async () => {
    const object = await put({
      commitmentPolicy: 'FORBID_ENCRYPT_ALLOW_DECRYPT',
      algorithmSuite: 'ALG_AES_256_CBC_IV16_NO_KDF',
      writeLegacyCbc: true,
    })
    const output = await account.client({ ...readsAll, ...options }).getObject(object)
    expect(sha256(await bytes(output))).toBe(sha256(content))
  })
})

test('two-pass finds an object that was replaced between the passes', async () => {
  const object = await put()
  const client = account.client({ twoPassAuthentication: true })
  account.aws.s3.faults.add({
    operation: 'GetObject',
    key: object.Key,
    skip: 1,
    kind: 'replace',
    run: async () => {
      await account.client().putObject({ ...object, Body: 'another' })
    },
  })
  await expect(client.getObject(object)).rejects.toMatchObject({ code: 'ERR_OBJECT_CHANGED' })
})

test('a stream that is left early ends its request', async () => {
  const object = await put()
  const output = await account.client({ delayedAuthentication: true }).getObject(object)
  const stream = output.Body?.transformToWebStream() as ReadableStream<Uint8Array>
  const reader = stream.getReader()
  expect((await reader.read()).done).toBe(false)
  await reader.cancel()
})
