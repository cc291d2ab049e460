// SPDX-License-Identifier: Apache-2.0
/**
 * Objects as other clients write them under a raw AES key, made by `node:crypto` alone from the published
 * formats.
 *
 * @module
 */

import { createCipheriv, hkdfSync, randomBytes } from 'node:crypto'

interface StoredObject {
  readonly body: Buffer
  readonly metadata: Record<string, string>
}

const V2_NAME = 'AES/GCM/NoPadding'
const base64 = (bytes: Uint8Array) => Buffer.from(bytes).toString('base64')

function gcm(key: Buffer, iv: Buffer, aad: string, plaintext: Buffer): Buffer {
  const cipher = createCipheriv('aes-256-gcm', key, iv).setAAD(Buffer.from(aad, 'latin1'))
  return Buffer.concat([cipher.update(plaintext), cipher.final(), cipher.getAuthTag()])
}

function cbc(key: Buffer, iv: Buffer, plaintext: Buffer): Buffer {
  const cipher = createCipheriv('aes-256-cbc', key, iv)
  return Buffer.concat([cipher.update(plaintext), cipher.final()])
}

function wrapped(key: Buffer, dataKey: Buffer, aad: string): string {
  const iv = randomBytes(12)
  return base64(Buffer.concat([iv, gcm(key, iv, aad, dataKey)]))
}

function ecb(key: Buffer, dataKey: Buffer): string {
  const cipher = createCipheriv('aes-256-ecb', key, null)
  return base64(Buffer.concat([cipher.update(dataKey), cipher.final()]))
}

/** Writers by format and content algorithm. */
export const writers = {
  'V3, 115': (key: Buffer, plaintext: Buffer): StoredObject => {
    const [dataKey, messageId] = [randomBytes(32), randomBytes(28)]
    const derive = (label: string, length: number) =>
      Buffer.from(hkdfSync('sha512', dataKey, messageId, `\0\x73${label}`, length))
    return {
      body: gcm(derive('DERIVEKEY', 32), Buffer.alloc(12, 1), '\0\x73', plaintext),
      metadata: {
        'x-amz-c': '115',
        'x-amz-w': '02',
        'x-amz-3': wrapped(key, dataKey, '115'),
        'x-amz-d': base64(derive('COMMITKEY', 28)),
        'x-amz-i': base64(messageId),
      },
    }
  },
  'V2, GCM': (key: Buffer, plaintext: Buffer): StoredObject => {
    const [dataKey, iv] = [randomBytes(32), randomBytes(12)]
    return {
      body: gcm(dataKey, iv, '', plaintext),
      metadata: {
        'x-amz-key-v2': wrapped(key, dataKey, V2_NAME),
        'x-amz-iv': base64(iv),
        'x-amz-matdesc': '{}',
        'x-amz-wrap-alg': 'AES/GCM',
        'x-amz-cek-alg': V2_NAME,
        'x-amz-tag-len': '128',
      },
    }
  },
  'V2, CBC': (key: Buffer, plaintext: Buffer): StoredObject => {
    const [dataKey, iv] = [randomBytes(32), randomBytes(16)]
    return {
      body: cbc(dataKey, iv, plaintext),
      metadata: {
        'x-amz-key-v2': wrapped(key, dataKey, V2_NAME),
        'x-amz-iv': base64(iv),
        'x-amz-matdesc': '{}',
        'x-amz-wrap-alg': 'AES/GCM',
        'x-amz-cek-alg': 'AES/CBC/PKCS5Padding',
      },
    }
  },
  'V1, CBC': (key: Buffer, plaintext: Buffer): StoredObject => {
    const [dataKey, iv] = [randomBytes(32), randomBytes(16)]
    return {
      body: cbc(dataKey, iv, plaintext),
      metadata: {
        'x-amz-key': ecb(key, dataKey),
        'x-amz-iv': base64(iv),
        'x-amz-matdesc': '{}',
        'x-amz-unencrypted-content-length': String(plaintext.length),
      },
    }
  },
} as const

export type Writer = keyof typeof writers
