// SPDX-License-Identifier: Apache-2.0
import type { Bytes, Sink, Subject } from '../subject.ts'

const IN_FLIGHT = 4 // as many chunks as the content engine has at work
const CHUNK = 2 ** 20 // bytes, as the pieces and as the chunks of the content engine

async function inOrder(
  chunks: AsyncIterable<Bytes>,
  work: (chunk: Bytes) => Promise<ArrayBuffer>,
  sink: Sink,
): Promise<void> {
  const results: Promise<ArrayBuffer>[] = []
  for await (const chunk of chunks) {
    results.push(work(chunk))
    if (results.length === IN_FLIGHT) sink(new Uint8Array((await results.shift()) as ArrayBuffer))
  }
  for (const result of results) sink(new Uint8Array(await result))
}

async function* repeated(chunk: Bytes, length: number): AsyncGenerator<Bytes> {
  await Promise.resolve()
  for (let at = 0; at < length; at += CHUNK) yield chunk
}

/** WebCrypto alone: each chunk is a message of its own. No AES-GCM object comes of it: it is a limit. */
export const subtleChunked: Subject = {
  largest: Infinity,
  async prepare({ key, iv, length, plaintext }) {
    const { subtle } = crypto
    const gcm = await subtle.importKey('raw', key, 'AES-GCM', false, ['encrypt', 'decrypt'])
    const algorithm = { name: 'AES-GCM', iv }
    const first = (await plaintext().next()).value ?? new Uint8Array(0)
    const sealed = new Uint8Array(await subtle.encrypt(algorithm, gcm, first))
    return {
      encrypt: (sink) =>
        inOrder(plaintext(), (chunk) => subtle.encrypt(algorithm, gcm, chunk), sink),
      decrypt: (sink) =>
        inOrder(repeated(sealed, length), (chunk) => subtle.decrypt(algorithm, gcm, chunk), sink),
    }
  },
}
