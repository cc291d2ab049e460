// SPDX-License-Identifier: Apache-2.0
/**
 * The same object as that of suite 115 under a raw AES key, by the synchronous functions of OpenSSL.
 *
 * @module
 */

import {
  createCipheriv,
  createDecipheriv,
  hkdfSync,
  randomBytes,
  timingSafeEqual,
} from 'node:crypto'

const GCM = 'aes-256-gcm'
const TAG = 16 // bytes
const SUITE = Buffer.from([0x00, 0x73])
const NONCE = Buffer.alloc(12, 0x01)
const WRAPPING_AAD = Buffer.from('115')

/** An object as S3 would store it. */
export interface StoredObject {
  readonly body: Uint8Array
  readonly metadata: Readonly<Record<string, string>>
}

const derive = (dataKey: Uint8Array, messageId: Uint8Array, label: string, length: number) =>
  Buffer.from(
    hkdfSync('sha512', dataKey, messageId, Buffer.concat([SUITE, Buffer.from(label)]), length),
  )

function seal(key: Uint8Array, iv: Uint8Array, aad: Uint8Array, plaintext: Uint8Array): Buffer {
  const cipher = createCipheriv(GCM, key, iv).setAAD(aad)
  return Buffer.concat([cipher.update(plaintext), cipher.final(), cipher.getAuthTag()])
}

function unseal(key: Uint8Array, iv: Uint8Array, aad: Uint8Array, sealed: Uint8Array): Buffer {
  const decipher = createDecipheriv(GCM, key, iv).setAAD(aad)
  decipher.setAuthTag(sealed.subarray(-TAG))
  return Buffer.concat([decipher.update(sealed.subarray(0, -TAG)), decipher.final()])
}

/** Encrypts, with the envelope of format V3. */
export function encryptSync(wrappingKey: Uint8Array, body: Uint8Array): StoredObject {
  const [dataKey, messageId, iv] = [randomBytes(32), randomBytes(28), randomBytes(12)]
  const wrapped = Buffer.concat([iv, seal(wrappingKey, iv, WRAPPING_AAD, dataKey)])
  const contentKey = derive(dataKey, messageId, 'DERIVEKEY', 32)
  return {
    body: seal(contentKey, NONCE, SUITE, body),
    metadata: {
      'x-amz-c': '115',
      'x-amz-w': '02',
      'x-amz-3': wrapped.toString('base64'),
      'x-amz-i': messageId.toString('base64'),
      'x-amz-d': derive(dataKey, messageId, 'COMMITKEY', 28).toString('base64'),
    },
  }
}

/** Decrypts what {@link encryptSync} or this library wrote. */
export function decryptSync(wrappingKey: Uint8Array, { body, metadata }: StoredObject): Buffer {
  const field = (name: string) => Buffer.from(metadata[name] ?? '', 'base64')
  const [wrapped, messageId] = [field('x-amz-3'), field('x-amz-i')]
  const iv = wrapped.subarray(0, 12)
  const dataKey = unseal(wrappingKey, iv, WRAPPING_AAD, wrapped.subarray(12))
  if (!timingSafeEqual(derive(dataKey, messageId, 'COMMITKEY', 28), field('x-amz-d'))) {
    throw new Error('wrong commitment')
  }
  return unseal(derive(dataKey, messageId, 'DERIVEKEY', 32), NONCE, SUITE, body)
}
