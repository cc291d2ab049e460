// SPDX-License-Identifier: Apache-2.0
// A second opinion: decrypts an object with node:crypto and AWS KMS alone, written from the published
// format and sharing no code with the packages of this repository.
//
//   node e2e/independent/decrypt.mjs --bucket B --key K [--region R] [--kms-region R]
//     [--s3-endpoint URL] [--kms-endpoint URL] --access-key-id ID --secret-access-key SECRET
//
// Prints {"format","suite","sha256","length"}, or ends with status 1 and the reason.

import { createDecipheriv, createHash, hkdfSync, timingSafeEqual } from 'node:crypto'
import { parseArgs } from 'node:util'
import { DecryptCommand, KMSClient } from '@aws-sdk/client-kms'
import { GetObjectCommand, S3Client } from '@aws-sdk/client-s3'

const string = { type: 'string' }
const { values: args } = parseArgs({
  options: {
    bucket: string,
    key: string,
    region: { ...string, default: 'us-east-1' },
    'kms-region': string,
    's3-endpoint': string,
    'kms-endpoint': string,
    'access-key-id': string,
    'secret-access-key': string,
  },
})

const credentials = {
  accessKeyId: args['access-key-id'],
  secretAccessKey: args['secret-access-key'],
}

const s3 = new S3Client({
  region: args.region,
  endpoint: args['s3-endpoint'],
  forcePathStyle: args['s3-endpoint'] !== undefined,
  credentials,
})
const kms = new KMSClient({
  region: args['kms-region'] ?? args.region,
  endpoint: args['kms-endpoint'],
  credentials,
})

const { Body, Metadata } = await s3.send(
  new GetObjectCommand({ Bucket: args.bucket, Key: args.key }),
)
const body = Buffer.from(await Body.transformToByteArray())
const { format, suite, decrypt } = recognise(Metadata)
const plaintext = await decrypt()

console.log(
  JSON.stringify({
    format,
    suite,
    sha256: createHash('sha256').update(plaintext).digest('hex'),
    length: plaintext.length,
  }),
)

/** By the name of the encrypted data key. */
function recognise(metadata) {
  if ('x-amz-3' in metadata) {
    demand(metadata['x-amz-c'] === '115' && metadata['x-amz-w'] === '12', 'Unknown algorithms')
    return { format: 3, suite: '115', decrypt: () => decryptV3(metadata) }
  }
  demand('x-amz-key-v2' in metadata, 'There is no envelope')
  demand(metadata['x-amz-wrap-alg'] === 'kms+context', 'Unknown wrapping algorithm')
  const suite = metadata['x-amz-cek-alg']
  const decryptBody = { 'AES/GCM/NoPadding': gcm, 'AES/CBC/PKCS5Padding': cbc }[suite]
  demand(decryptBody !== undefined, 'Unknown content algorithm')
  return { format: 2, suite, decrypt: () => decryptV2(metadata, suite, decryptBody) }
}

async function decryptV3(metadata) {
  const id = Buffer.from([0x00, 0x73])
  const messageId = base64(metadata['x-amz-i'], 28)
  const dataKey = await unwrap(metadata['x-amz-3'], metadata['x-amz-t'], '115')
  const derive = (label, length) =>
    Buffer.from(
      hkdfSync('sha512', dataKey, messageId, Buffer.concat([id, Buffer.from(label)]), length),
    )
  demand(
    timingSafeEqual(derive('COMMITKEY', 28), base64(metadata['x-amz-d'], 28)),
    'The commitment differs',
  )
  return gcm(derive('DERIVEKEY', 32), Buffer.alloc(12, 0x01), id)
}

async function decryptV2(metadata, suite, decryptBody) {
  const dataKey = await unwrap(metadata['x-amz-key-v2'], metadata['x-amz-matdesc'], suite)
  const length = suite === 'AES/GCM/NoPadding' ? 12 : 16
  const plaintext = decryptBody(dataKey, base64(metadata['x-amz-iv'], length))
  demand(
    String(plaintext.length) === metadata['x-amz-unencrypted-content-length'],
    'The stated length differs',
  )
  return plaintext
}

async function unwrap(encryptedDataKey, storedContext, suite) {
  const context = JSON.parse(storedContext)
  demand(context['aws:x-amz-cek-alg'] === suite, 'The data key was made for another algorithm')
  const { Plaintext } = await kms.send(
    new DecryptCommand({ CiphertextBlob: base64(encryptedDataKey), EncryptionContext: context }),
  )
  demand(Plaintext.length === 32, 'The data key has a wrong length')
  return Plaintext
}

function gcm(key, iv, additionalData) {
  const decipher = createDecipheriv('aes-256-gcm', key, iv, { authTagLength: 16 })
  if (additionalData !== undefined) decipher.setAAD(additionalData)
  decipher.setAuthTag(body.subarray(-16))
  return Buffer.concat([decipher.update(body.subarray(0, -16)), decipher.final()])
}

function cbc(key, iv) {
  const decipher = createDecipheriv('aes-256-cbc', key, iv)
  return Buffer.concat([decipher.update(body), decipher.final()])
}

/** Strictly: a decoder that skips what it does not know would accept other envelopes. */
function base64(text, length) {
  const bytes = Buffer.from(text, 'base64')
  demand(bytes.toString('base64') === text, 'This is not base64')
  demand(length === undefined || bytes.length === length, 'A field has a wrong length')
  return bytes
}

function demand(condition, message) {
  if (!condition) throw new Error(message)
}
