// SPDX-License-Identifier: Apache-2.0
import { EncryptCommand, KMSClient } from '@aws-sdk/client-kms'
import { rawAesKeyring, rawRsaKeyring, type StringMap } from '@s3-cse/client'
import { beforeAll, describe, expect, test } from 'vitest'
import frozen from '../../../conformance/vectors/legacy.json' with { type: 'json' }
import {
  legacyObjects,
  newLegacyKeys,
  type LegacyKeys,
  type LegacyObject,
} from '../../../conformance/legacy/writers.ts'
import { nodeRsa } from '../../node/src/node-rsa.ts'
import { BUCKET, bytes, freshKey, KEYS, readsAll, useAccount } from './support.ts'

const account = useAccount()

let keys: LegacyKeys
let objects: LegacyObject[]
beforeAll(async () => {
  const kms = new KMSClient(account.kmsConfig())
  keys = newLegacyKeys({
    kmsKeyId: KEYS.app,
    async kmsEncrypt(Plaintext, EncryptionContext) {
      const input = { KeyId: KEYS.app, Plaintext, EncryptionContext }
      return Buffer.from((await kms.send(new EncryptCommand(input))).CiphertextBlob ?? [])
    },
  })
  objects = await legacyObjects(keys)
})

const legacy = { enableLegacyWrappingAlgorithms: true }
const keyrings = {
  'aes-256': () => rawAesKeyring({ wrappingKey: keys['aes-256'], ...legacy }),
  'aes-128': () => rawAesKeyring({ wrappingKey: keys['aes-128'], ...legacy }),
  rsa: () =>
    rawRsaKeyring({
      privateKey: keys.rsa.privateKey.export({ type: 'pkcs8', format: 'pem' }),
      rsa: nodeRsa,
      ...legacy,
    }),
  kms: () => account.keyring({ discovery: true, ...legacy }),
}

describe('what older clients stored is read through the client', () => {
  test.each(frozen.vectors.map(({ id }) => id))('%s', async (id) => {
    const object = objects.find((written) => written.id === id)
    if (object === undefined) throw new Error('not written')
    const { 'aws:x-amz-cek-alg': bound, ...encryptionContext } = object.encryptionContext ?? {}
    const Key = freshKey()
    await account.store(Key, object.body, object.metadata)
    const client = account.client({ ...readsAll, keyring: keyrings[object.key]() })
    const call: { encryptionContext?: StringMap } = bound === undefined ? {} : { encryptionContext }
    const output = await client.getObject({ Bucket: BUCKET, Key }, call)
    expect(await bytes(output)).toEqual(object.plaintext)
  })
})

test('the frozen vectors are what is written now, but for what is random', () => {
  const shape = ({ id, cipher, wrapping, key, metadata }: (typeof shapes)[number]) => ({
    id,
    cipher,
    wrapping,
    key,
    names: Object.keys(metadata),
  })
  type Shape = Omit<LegacyObject, 'dataKey' | 'body' | 'plaintext' | 'encryptionContext'>
  const shapes: Shape[] = objects
  expect(frozen.vectors.map((vector) => shape(vector as unknown as Shape))).toEqual(
    shapes.map(shape),
  )
})
