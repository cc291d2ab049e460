// SPDX-License-Identifier: Apache-2.0
import { algorithmSuite, decryptStreamUnverified, encryptStream } from '@s3-cse/core'
import type { Subject } from '../subject.ts'
import { TAG } from '../test-object.ts'

/** The content engine of this project. */
export const s3Cse: Subject = {
  largest: Infinity,
  prepare({ key, iv, length, plaintext, ciphertext }) {
    const contentKey = { suite: algorithmSuite(0x0072), key, iv, aad: new Uint8Array(0) }
    const sealed = { length: length + TAG }
    return {
      async encrypt(sink) {
        for await (const piece of encryptStream(contentKey, plaintext(), { length })) sink(piece)
      },
      async decrypt(sink) {
        for await (const piece of decryptStreamUnverified(contentKey, ciphertext(), sealed))
          sink(piece)
      },
    }
  },
}
