// SPDX-License-Identifier: Apache-2.0
import { joined, type Subject } from '../subject.ts'
import { TAG } from '../test-object.ts'

/** WebCrypto as it is meant to be used: the whole object by one call. */
export const subtleOneShot: Subject = {
  largest: 64 * 2 ** 20,
  async prepare({ key, iv, length, plaintext, ciphertext }) {
    const { subtle } = crypto
    const gcm = await subtle.importKey('raw', key, 'AES-GCM', false, ['encrypt', 'decrypt'])
    const algorithm = { name: 'AES-GCM', iv }
    const [clear, sealed] = await Promise.all([
      joined(plaintext(), length),
      joined(ciphertext(), length + TAG),
    ])
    return {
      async encrypt(sink) {
        sink(new Uint8Array(await subtle.encrypt(algorithm, gcm, clear)))
      },
      async decrypt(sink) {
        sink(new Uint8Array(await subtle.decrypt(algorithm, gcm, sealed)))
      },
    }
  },
}
