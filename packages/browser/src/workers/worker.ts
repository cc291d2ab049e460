// SPDX-License-Identifier: Apache-2.0
/**
 * A worker of the pool: the same content encryption, on a thread of its own.
 *
 * @module
 */

import { gcmCipher, isS3EncryptionError, type GcmCipher } from '@s3-cse/core'
import { crc32 } from '../checksum/crc32.ts'
import { buffersIn, type Failure, type Reply, type Request, type Tasks } from './messages.ts'

const ciphers = new Map<number, Promise<GcmCipher>>()

function cipherOf(id: number): Promise<GcmCipher> {
  return ciphers.get(id) ?? Promise.reject(new RangeError(`There is no cipher ${id}`))
}

const tasks: Tasks = {
  open(id, key, tuning) {
    const cipher = gcmCipher(key, tuning)
    const wipe = () => key.key.fill(0)
    cipher.then(wipe, wipe) // a failure is told to those who ask for the cipher
    ciphers.set(id, cipher)
  },
  forget: (id) => void ciphers.delete(id),
  encryptAt: async (id, offset, plaintext) => (await cipherOf(id)).encryptAt(offset, plaintext),
  decryptAt: async (id, offset, ciphertext) => (await cipherOf(id)).decryptAt(offset, ciphertext),
  authenticate: async (id, ciphertext) => (await cipherOf(id)).authenticate(ciphertext),
  crc32: (bytes) => crc32(0, bytes),
  sha256: async (bytes) => new Uint8Array(await crypto.subtle.digest('SHA-256', bytes)),
}

const failureOf = (error: unknown): Failure =>
  isS3EncryptionError(error)
    ? error.toJSON()
    : { name: (error as Error).name, message: (error as Error).message }

async function perform({ id, task, args }: Request): Promise<Reply> {
  try {
    const work = tasks[task] as (...args: Request['args']) => unknown
    return { id, result: await work(...args) }
  } catch (error) {
    return { id, failure: failureOf(error) }
  }
}

// The types of a page and of a worker exclude each other; this package is of both.
const scope = globalThis as unknown as Worker

scope.addEventListener('message', ({ data }: MessageEvent<Request>) => {
  void perform(data).then((reply) => {
    scope.postMessage(reply, buffersIn(reply))
  })
})
