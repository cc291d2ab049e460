// SPDX-License-Identifier: Apache-2.0
import { createCipheriv, createDecipheriv } from 'node:crypto'
import type { Bytes, Sink, Subject } from '../subject.ts'
import { TAG } from '../test-object.ts'

const UPDATE = 64 * 1024 // bytes: what file streams of Node.js give

interface Updatable {
  update(bytes: Uint8Array): Uint8Array
}

function feed(cipher: Updatable, piece: Bytes, sink: Sink): void {
  for (let at = 0; at < piece.length; at += UPDATE) {
    sink(cipher.update(piece.subarray(at, at + UPDATE)))
  }
}

/** OpenSSL without WebCrypto: one thread, which is that of JavaScript. */
export const nodeCrypto: Subject = {
  largest: Infinity,
  prepare: ({ key, iv, length, plaintext, ciphertext }) => ({
    async encrypt(sink) {
      const cipher = createCipheriv('aes-256-gcm', key, iv)
      for await (const piece of plaintext()) feed(cipher, piece, sink)
      sink(cipher.final())
      sink(cipher.getAuthTag())
    },
    async decrypt(sink) {
      const decipher = createDecipheriv('aes-256-gcm', key, iv)
      let left = length
      for await (const piece of ciphertext()) {
        if (left === 0) decipher.setAuthTag(piece.subarray(0, TAG))
        else feed(decipher, piece, sink)
        left -= piece.length
      }
      sink(decipher.final())
    },
  }),
}
