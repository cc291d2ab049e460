// SPDX-License-Identifier: Apache-2.0
import forge from 'node-forge'
import type { Bytes, Sink, Subject } from '../subject.ts'
import { TAG } from '../test-object.ts'

const binary = (bytes: Uint8Array) => Buffer.from(bytes).toString('latin1')

/** AES in JavaScript, of an earlier time: bytes are characters of strings. */
export const nodeForge: Subject = {
  largest: 2 ** 20,
  prepare: ({ key, iv, length, plaintext, ciphertext }) => {
    const take = ({ output }: forge.cipher.BlockCipher, sink: Sink) => {
      sink(Buffer.from(output.getBytes(), 'latin1'))
    }
    const feed = (cipher: forge.cipher.BlockCipher, piece: Bytes, sink: Sink) => {
      cipher.update(forge.util.createBuffer(binary(piece)))
      take(cipher, sink)
    }
    return {
      async encrypt(sink) {
        const cipher = forge.cipher.createCipher('AES-GCM', binary(key))
        cipher.start({ iv: binary(iv) })
        for await (const piece of plaintext()) feed(cipher, piece, sink)
        cipher.finish()
        take(cipher, sink)
        sink(Buffer.from(cipher.mode.tag.getBytes(), 'latin1'))
      },
      async decrypt(sink) {
        const pieces: Bytes[] = []
        for await (const piece of ciphertext()) pieces.push(piece)
        const tag = pieces.pop()?.subarray(0, TAG) ?? new Uint8Array(0)
        const decipher = forge.cipher.createDecipher('AES-GCM', binary(key))
        decipher.start({ iv: binary(iv), tag: forge.util.createBuffer(binary(tag)) })
        for (const piece of pieces) feed(decipher, piece, sink)
        if (!decipher.finish()) throw new Error(`node-forge: wrong tag after ${length} bytes`)
        take(decipher, sink)
      },
    }
  },
}
