// SPDX-License-Identifier: Apache-2.0
import { gcm } from '@noble/ciphers/aes.js'
import { joined, type Subject } from '../subject.ts'
import { TAG } from '../test-object.ts'

/** AES in JavaScript. */
export const nobleCiphers: Subject = {
  largest: 64 * 2 ** 20,
  async prepare({ key, iv, length, plaintext, ciphertext }) {
    const [clear, sealed] = await Promise.all([
      joined(plaintext(), length),
      joined(ciphertext(), length + TAG),
    ])
    return {
      encrypt(sink) {
        sink(gcm(key, iv).encrypt(clear))
        return Promise.resolve()
      },
      decrypt(sink) {
        sink(gcm(key, iv).decrypt(sealed))
        return Promise.resolve()
      },
    }
  },
}
