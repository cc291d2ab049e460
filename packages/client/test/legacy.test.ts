// SPDX-License-Identifier: Apache-2.0
import { rawAesKeyring, rawRsaKeyring, type StringMap } from '@s3-cse/client'
import { describe, expect, test } from 'vitest'
import frozen from '../../../conformance/vectors/legacy.json' with { type: 'json' }
import type { LegacyObject } from '../../../conformance/legacy/writers.ts'
import { nodeRsa } from '../../node/src/node-rsa.ts'
import { useLegacyObjects } from './legacy-objects.ts'
import { BUCKET, bytes, freshKey, readsAll, useAccount } from './support.ts'

const account = useAccount()

const written = useLegacyObjects(account)

const legacy = { enableLegacyWrappingAlgorithms: true }
const keyrings = {
  'aes-256': () => rawAesKeyring({ wrappingKey: written.keys['aes-256'], ...legacy }),
  'aes-128': () => rawAesKeyring({ wrappingKey: written.keys['aes-128'], ...legacy }),
  rsa: () =>
    rawRsaKeyring({
      privateKey: written.keys.rsa.privateKey.export({ type: 'pkcs8', format: 'pem' }),
      rsa: nodeRsa,
      ...legacy,
    }),
  kms: () => account.keyring({ discovery: true, ...legacy }),
}

/** Puts an object where its writer would, and gives a function that reads it. */
async function stored(id: string) {
  const object = written.objects.find((candidate) => candidate.id === id)
  if (object === undefined) throw new Error('not written')
  const { 'aws:x-amz-cek-alg': bound, ...encryptionContext } = object.encryptionContext ?? {}
  const Key = freshKey()
  await account.store(Key, object.body, object.metadata)
  const { instructionFile: file } = object
  if (file) await account.store(`${Key}${file.suffix}`, Buffer.from(file.content), file.metadata)
  const client = account.client({ ...readsAll, keyring: keyrings[object.key]() })
  const call: { encryptionContext?: StringMap } = bound === undefined ? {} : { encryptionContext }
  const get = (Range?: string) => client.getObject({ Bucket: BUCKET, Key, Range }, call)
  return { get, plaintext: object.plaintext }
}

describe('what older clients stored is read through the client', () => {
  test.each(frozen.vectors.map(({ id }) => id))('%s', async (id) => {
    const { get, plaintext } = await stored(id)
    expect(await bytes(await get())).toEqual(plaintext)
  })
})

describe('and so is a range of it', () => {
  const longEnough = frozen.vectors.filter(({ plaintext }) => atob(plaintext).length >= 48)
  test.each(longEnough.map(({ id }) => id))('%s', async (id) => {
    const { get, plaintext } = await stored(id)
    expect(await bytes(await get('bytes=17-40'))).toEqual(plaintext.subarray(17, 41))
    expect(await bytes(await get('bytes=40-'))).toEqual(plaintext.subarray(40))
  })
})

test('the frozen vectors are what is written now, but for what is random', () => {
  const shape = ({ id, cipher, wrapping, key, metadata, instructionFile }: Shape) => ({
    id,
    cipher,
    wrapping,
    key,
    names: Object.keys(metadata),
    suffix: instructionFile?.suffix,
    marker: instructionFile?.metadata,
    namesInFile: Object.keys(JSON.parse(instructionFile?.content ?? '{}') as object),
  })
  type Shape = Omit<LegacyObject, 'dataKey' | 'body' | 'plaintext' | 'encryptionContext'>
  const shapes: Shape[] = written.objects
  expect(frozen.vectors.map((vector) => shape(vector as unknown as Shape))).toEqual(
    shapes.map(shape),
  )
})
