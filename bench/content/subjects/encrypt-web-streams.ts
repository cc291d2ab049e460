// SPDX-License-Identifier: Apache-2.0
import { readFile } from 'node:fs/promises'
import {
  createDecryptionStream,
  createEncryptionStream,
  init,
} from '@transcend-io/encrypt-web-streams'
import type { Pieces, Sink, Subject } from '../subject.ts'

/** Loads the module, whose file Node.js does not fetch. */
async function load(): Promise<void> {
  const { fetch } = globalThis
  globalThis.fetch = async (input, options) => {
    const url = new URL(input instanceof Request ? input.url : input)
    if (url.protocol !== 'file:') return fetch(input, options)
    const headers = { 'content-type': 'application/wasm' }
    return new Response(await readFile(url), { headers })
  }
  await init()
  globalThis.fetch = fetch
}

type Transform = ReadableWritablePair<Uint8Array, Uint8Array>

async function through(pieces: Pieces, transform: Transform, sink: Sink) {
  const source = new ReadableStream<Uint8Array>({
    async pull(controller) {
      const { done, value } = await pieces.next()
      if (done === true) controller.close()
      else controller.enqueue(value)
    },
  })
  const reader = source.pipeThrough(transform).getReader()
  for (let next = await reader.read(); !next.done; next = await reader.read()) sink(next.value)
}

/** AES in WebAssembly, as transform streams. */
export const encryptWebStreams: Subject = {
  largest: Infinity,
  async prepare({ key, iv, plaintext, ciphertext }) {
    await load()
    return {
      encrypt: (sink) => through(plaintext(), createEncryptionStream(key, iv), sink),
      decrypt: (sink) => through(ciphertext(), createDecryptionStream(key, iv), sink),
    }
  },
}
