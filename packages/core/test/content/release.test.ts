// SPDX-License-Identifier: Apache-2.0
import { expect, test } from 'vitest'
import { decryptBuffered, encryptStream } from '../../src/content/stream.ts'
import { keepFreedMemory, release } from '../../src/content/release.ts'
import { contentKey, expectBytes, nodeEncrypt, sample, view } from './support.ts'

/** Where ArrayBuffer.prototype.transfer exists it is used, and else a port that nobody listens to. */
test.each([true, false])('every view of the buffer becomes empty (transfer: %s)', (native) => {
  const bytes = view(sample(100))
  const other = new Uint8Array(bytes.buffer)
  const transfer = native
    ? function (this: ArrayBuffer) {
        structuredClone(this, { transfer: [this] })
      }
    : undefined
  Object.defineProperty(bytes.buffer, 'transfer', { value: transfer })
  release(bytes)
  expect([bytes.length, other.length]).toEqual([0, 0])
})

test('chunks of a stream are released one by one, whatever else is at work', async () => {
  keepFreedMemory()
  const key = contentKey()
  const plaintext = sample(1000)
  const expected = nodeEncrypt(key, plaintext)
  let at = 0
  for await (const chunk of encryptStream(key, plaintext, { chunkSize: 64 })) {
    expectBytes(chunk, expected.subarray(at, at + chunk.length))
    at += chunk.length
    release(chunk)
  }
  expect(at).toBe(expected.length)
})

test('what the caller holds is never released', async () => {
  const key = contentKey({ cipher: 'AES-CBC' })
  for (const given of [key, contentKey()]) {
    const body = nodeEncrypt(given, sample(1000))
    for (const chunkSize of [64, 2048]) await decryptBuffered(given, body, { chunkSize })
    expect([body.length, given.key.length > 0, given.iv.length > 0]).toEqual([
      nodeEncrypt(given, sample(1000)).length,
      true,
      true,
    ])
  }
})
