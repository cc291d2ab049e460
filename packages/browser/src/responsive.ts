// SPDX-License-Identifier: Apache-2.0
/**
 * Work on the page's own thread that lets the page do its own in between.
 *
 * Chromium runs WebCrypto on the thread that calls it and settles the promise at once: a loop over chunks
 * is then one task, however long, during which the page neither paints nor reacts.
 *
 * @module
 */

import { gcmCipher, type Bytes, type GcmCipherFactory } from '@s3-cse/core'

const TURN = 10 // milliseconds

/** The end of the current task. Timers would wait longer than that, and much longer in a hidden page. */
function nextTask(): Promise<void> {
  return new Promise((resolve) => {
    try {
      const { port1, port2 } = new MessageChannel()
      port1.onmessage = () => {
        port1.close()
        resolve()
      }
      port2.postMessage(undefined)
    } catch {
      // The edge runtime of Next.js has a constructor that throws.
      setTimeout(resolve)
    }
  })
}

let turnBegan = -Infinity

/** Ends the current task if this library has worked for long enough. */
export async function breathe(): Promise<void> {
  if (performance.now() - turnBegan < TURN) return
  await nextTask()
  turnBegan = performance.now()
}

/** A result, once the page had its turn. */
async function after<T>(work: Promise<T>): Promise<T> {
  const result = await work
  await breathe()
  return result
}

/** `gcmCipher()` with pauses. */
export const responsiveCipher: GcmCipherFactory = async (key, tuning) => {
  const cipher = await gcmCipher(key, tuning)
  return {
    ...cipher,
    encryptAt: (offset, plaintext) => after(cipher.encryptAt(offset, plaintext)),
    encryptFrom(offset) {
      const next = cipher.encryptFrom(offset)
      return (plaintext: Bytes) => after(next(plaintext))
    },
    decryptAt: (offset, ciphertext) => after(cipher.decryptAt(offset, ciphertext)),
    decryptFrom(offset) {
      const next = cipher.decryptFrom(offset)
      return (ciphertext: Bytes) => after(next(ciphertext))
    },
    authenticate: (ciphertext) => after(cipher.authenticate(ciphertext)),
  }
}
