// SPDX-License-Identifier: Apache-2.0
import fc from 'fast-check'
import { describe, expect, test, vi } from 'vitest'
import { concat } from '../../src/bytes.ts'
import type { StreamOptions } from '../../src/content/options.ts'
import {
  authenticateStream,
  decryptAuthenticated,
  decryptBuffered,
  decryptStreamUnverified,
  encryptStream,
} from '../../src/content/stream.ts'
import { decryptTransformUnverified, encryptTransform } from '../../src/content/transform.ts'
import { algorithmSuite } from '../../src/suites.ts'
import { collect, inPieces, watched } from './sources.ts'
import { contentKey, expectBytes, fails, lengths, nodeEncrypt, sample, view } from './support.ts'

const CHUNK = 64
const options: StreamOptions = { chunkSize: CHUNK, concurrency: 3 }
const keys = [
  { name: 'GCM', key: contentKey() },
  { name: 'GCM with AAD', key: contentKey({ aad: true }) },
  { name: 'GCM, 128 bits', key: contentKey({ keyLength: 16 }) },
  { name: 'CBC', key: contentKey({ cipher: 'AES-CBC' }) },
  { name: 'CBC, 192 bits', key: contentKey({ cipher: 'AES-CBC', keyLength: 24 }) },
]
const gcm = contentKey({ aad: true })
const cbc = contentKey({ cipher: 'AES-CBC' })

function flip(bytes: Uint8Array, bit: number) {
  const altered = bytes.slice()
  altered[bit >> 3] = (altered[bit >> 3] as number) ^ (1 << (bit & 7))
  return altered
}

describe.each(keys)('$name', ({ key }) => {
  test.each([
    { sizes: [1] },
    { sizes: [7, 64, 1, 200] },
    { sizes: [16] },
    { sizes: [CHUNK] },
    { sizes: [1000] },
  ])('pieces of $sizes bytes, of all lengths', async ({ sizes }) => {
    for (const length of lengths(CHUNK)) {
      const plaintext = sample(length)
      const expected = nodeEncrypt(key, plaintext)
      const encrypted = await collect(encryptStream(key, inPieces(plaintext, sizes), options))
      expectBytes(encrypted, expected)
      const decrypt = decryptStreamUnverified(key, inPieces(expected, sizes), options)
      expectBytes(await collect(decrypt), plaintext)
      expectBytes(await decryptBuffered(key, inPieces(expected, sizes), options), plaintext)
    }
  })

  test('any pieces, any chunks, with the length known or not', async () => {
    const property = fc.asyncProperty(
      fc.nat({ max: 700 }),
      fc.array(fc.integer({ min: 1, max: 300 }), { minLength: 1, maxLength: 4 }),
      fc.integer({ min: 1, max: 10 }),
      fc.integer({ min: 1, max: 5 }),
      fc.boolean(),
      async (length, sizes, blocks, concurrency, known) => {
        const plaintext = sample(length)
        const expected = nodeEncrypt(key, plaintext)
        const tuning = { chunkSize: 16 * blocks, concurrency }
        const write = { ...tuning, length: known ? length : undefined }
        const read = { ...tuning, length: known ? expected.length : undefined }
        const encrypted = encryptStream(key, inPieces(plaintext, sizes), write)
        expectBytes(await collect(encrypted), expected)
        const decrypted = decryptStreamUnverified(key, inPieces(expected, sizes), read)
        expectBytes(await collect(decrypted), plaintext)
        expectBytes(await decryptBuffered(key, view(expected), tuning), plaintext)
      },
    )
    await fc.assert(property, { numRuns: 60 })
  })

  test('sources of every kind', async () => {
    const plaintext = sample(300)
    const expected = nodeEncrypt(key, plaintext)
    const readable = new ReadableStream<Uint8Array>({
      start(controller) {
        controller.enqueue(plaintext.slice(0, 100))
        controller.enqueue(new Uint8Array(0))
        controller.enqueue(plaintext.slice(100))
        controller.close()
      },
    })
    const shared = new Uint8Array(new SharedArrayBuffer(300))
    shared.set(plaintext)
    for (const source of [readable, plaintext, [plaintext], [Buffer.from(plaintext)], shared]) {
      expectBytes(await collect(encryptStream(key, source, options)), expected)
    }
    const text = ['text'] as unknown as Uint8Array[]
    await expect(collect(encryptStream(key, text, options))).rejects.toThrow(TypeError)
  })

  test('a source that gives another number of bytes than it should', async () => {
    const plaintext = sample(200)
    const expected = nodeEncrypt(key, plaintext)
    for (const off of [-1, 1, -200]) {
      const write = { ...options, length: 200 + off }
      const encrypted = encryptStream(key, inPieces(plaintext, [50]), write)
      await fails(collect(encrypted), 'ERR_CONTENT_LENGTH')
      const read = { ...options, length: expected.length + off }
      const decrypted = decryptStreamUnverified(key, inPieces(expected, [50]), read)
      await fails(collect(decrypted), 'ERR_CONTENT_LENGTH')
    }
  })

  test('too much, said beforehand or seen when it comes', async () => {
    const suite = { ...key.suite, maxContentLength: 100 }
    const limited = { ...key, suite }
    expect(() => encryptStream(limited, [], { length: 101 })).toThrow('longer than the 100 bytes')
    await fails(collect(encryptStream(limited, [sample(101)])), 'ERR_CONTENT_TOO_LONG')
    const expected = nodeEncrypt(key, sample(100))
    expectBytes(await collect(encryptStream(limited, [sample(100)], options)), expected)
    expectBytes(await decryptBuffered(limited, expected, options), sample(100))
    const longer = nodeEncrypt(key, sample(112))
    await fails(decryptBuffered(limited, longer, options), 'ERR_CONTENT_TOO_LONG')
  })

  test('the source is closed by a consumer that stops, and its failure is passed on', async () => {
    for (const run of [encryptStream, decryptStreamUnverified]) {
      const { source, state } = watched(Array.from({ length: 50 }, () => sample(CHUNK)))
      for await (const chunk of run(key, source, options)) {
        expect(chunk.length).toBeGreaterThan(0)
        break
      }
      expect(state.closed).toBe(1)
      const failing = watched([sample(100), sample(100)], new Error('network'))
      await expect(collect(run(key, failing.source, options))).rejects.toThrow('network')
    }
  })

  test('as transforms', async () => {
    const plaintext = sample(1000)
    const source = new ReadableStream<Uint8Array>({
      start(controller) {
        for (let at = 0; at < 1000; at += 90) controller.enqueue(plaintext.slice(at, at + 90))
        controller.close()
      },
    })
    const encrypted = source.pipeThrough(encryptTransform(key, options))
    const [one, two] = encrypted.tee()
    expectBytes(await collect(one), nodeEncrypt(key, plaintext))
    const decrypted = two.pipeThrough(decryptTransformUnverified(key, options))
    expectBytes(await collect(decrypted), plaintext)
  })
})

describe('GCM', () => {
  const plaintext = sample(5 * CHUNK + 7)
  const ciphertext = nodeEncrypt(gcm, plaintext)
  const attempts = (altered: Uint8Array) => [
    () => collect(decryptStreamUnverified(gcm, inPieces(altered, [50]), options)),
    () => decryptBuffered(gcm, inPieces(altered, [CHUNK]), options),
    () => authenticateStream(gcm, inPieces(altered, [1000]), options),
  ]

  test('what was not altered is authentic', async () => {
    for (const length of lengths(CHUNK)) {
      await authenticateStream(gcm, nodeEncrypt(gcm, sample(length)), options)
    }
  })

  test('a flipped bit anywhere', async () => {
    for (let bit = 0; bit < ciphertext.length * 8; bit += 61) {
      for (const attempt of attempts(flip(ciphertext, bit))) await fails(attempt())
    }
  })

  test('a cut, down to nothing', async () => {
    for (let length = 0; length < ciphertext.length; length += 1 + (length > 20 ? 12 : 0)) {
      for (const attempt of attempts(ciphertext.subarray(0, length))) await fails(attempt())
    }
  })

  test('more at the end, less at the beginning, blocks that changed places', async () => {
    const swap = (a: number, b: number, size: number) => {
      const altered = ciphertext.slice()
      altered.set(ciphertext.subarray(a, a + size), b)
      altered.set(ciphertext.subarray(b, b + size), a)
      return altered
    }
    for (const altered of [
      concat(ciphertext, new Uint8Array(1)),
      concat(ciphertext, new Uint8Array(16)),
      concat(ciphertext, new Uint8Array(CHUNK)),
      ciphertext.subarray(16),
      ciphertext.subarray(CHUNK),
      swap(0, 16, 16),
      swap(0, CHUNK, CHUNK),
      swap(48, 3 * CHUNK, 16),
    ]) {
      for (const attempt of attempts(altered)) await fails(attempt())
    }
  })

  test('a second pass gives what the first one found authentic, and nothing else', async () => {
    for (const length of lengths(CHUNK)) {
      const whole = sample(length)
      const sealed = nodeEncrypt(gcm, whole)
      const known = await authenticateStream(gcm, inPieces(sealed, [50]), options)
      const second = decryptAuthenticated(gcm, inPieces(sealed, [77]), known, options)
      expectBytes(await collect(second), whole)
    }
    const known = await authenticateStream(gcm, ciphertext, options)
    for (let bit = 0; bit < ciphertext.length * 8; bit += 397) {
      const released: Uint8Array[] = []
      const read = async () => {
        const second = decryptAuthenticated(gcm, flip(ciphertext, bit), known, options)
        for await (const chunk of second) released.push(chunk)
      }
      await fails(read())
      const given = concat(...released)
      expectBytes(given, plaintext.subarray(0, given.length))
      expect(given.length).toBeLessThanOrEqual(bit / 8)
    }
    const fewer = decryptAuthenticated(gcm, ciphertext, known.slice(0, 3), options)
    await fails(collect(fewer))
    const longer = nodeEncrypt(gcm, sample(7 * CHUNK))
    await fails(collect(decryptAuthenticated(gcm, longer, known, options)))
    expect(() => decryptAuthenticated(cbc, ciphertext, known)).toThrow(RangeError)
  })

  test('the last chunk does not leave before the tag is verified', async () => {
    let released = 0
    const read = async () => {
      const altered = flip(ciphertext, 8 * ciphertext.length - 1)
      for await (const chunk of decryptStreamUnverified(gcm, altered, options)) {
        released += chunk.length
      }
    }
    await fails(read())
    expect(released).toBe(5 * CHUNK)
  })

  test.each(['ctr-gmac', 'ctr-gcm', 'gcm-gmac', 'gcm-gcm'] as const)(
    'strategy %s',
    async (strategy) => {
      for (const longIv of [true, false]) {
        const tuned = { ...options, strategy, longIv }
        expectBytes(await collect(encryptStream(gcm, plaintext, tuned)), ciphertext)
        expectBytes(await decryptBuffered(gcm, ciphertext, tuned), plaintext)
        await fails(decryptBuffered(gcm, flip(ciphertext, 999), tuned))
      }
    },
  )

  test('chunks may be taken away as soon as they are there', async () => {
    const parts: Uint8Array[] = []
    for await (const chunk of encryptStream(gcm, plaintext, options)) {
      parts.push(new Uint8Array(structuredClone(chunk.buffer, { transfer: [chunk.buffer] })))
    }
    const sized = parts.map((part, i) => part.subarray(0, i < 5 ? CHUNK : i === 5 ? 7 : 16))
    expectBytes(concat(...sized), ciphertext)
  })

  test.each([0, 16, CHUNK - 1, CHUNK])(
    '%i bytes, no more than a chunk, go by one call',
    async (length) => {
      const calls = vi.spyOn(crypto.subtle, 'encrypt')
      const whole = sample(length)
      const encrypted = await collect(encryptStream(gcm, whole, { ...options, length }))
      expect(calls).toHaveBeenCalledTimes(1)
      expectBytes(await decryptBuffered(gcm, encrypted, options), whole)
      expect(calls).toHaveBeenCalledTimes(1)
      calls.mockRestore()
    },
  )

  test('chunks of the default size', async () => {
    const large = sample(3 * 2 ** 20 + 100)
    const expected = nodeEncrypt(gcm, large)
    expectBytes(await collect(encryptStream(gcm, inPieces(large, [65536]))), expected)
    expectBytes(await decryptBuffered(gcm, expected), large)
  })
})

describe('CBC', () => {
  test('content that is no whole blocks, or nothing, or wrongly padded', async () => {
    const ciphertext = nodeEncrypt(cbc, sample(2 * CHUNK - 1))
    for (const altered of [
      ciphertext.subarray(0, 0),
      ciphertext.subarray(0, -1),
      ciphertext.subarray(0, 15),
      flip(ciphertext, 8 * (ciphertext.length - 17)),
    ]) {
      await fails(decryptBuffered(cbc, altered, options))
      await fails(collect(decryptStreamUnverified(cbc, inPieces(altered, [7]), options)))
    }
  })

  test('has no tag to verify', async () => {
    await expect(authenticateStream(cbc, sample(16))).rejects.toThrow(RangeError)
  })
})

test('a reader that gives up reaches the writer', async () => {
  const { readable, writable } = encryptTransform(gcm, options)
  const writer = writable.getWriter()
  const written = writer.write(sample(10))
  const reader = readable.getReader()
  const read = reader.read()
  await written
  await reader.cancel('enough')
  expect((await read).done).toBe(true)
  await expect(writer.write(sample(10))).rejects.toBeDefined()
})

test('a writer that fails reaches the reader', async () => {
  const { readable, writable } = decryptTransformUnverified(gcm, options)
  const read = readable.getReader().read()
  await Promise.all([expect(read).rejects.toThrow('network'), writable.abort(new Error('network'))])
})

test('options out of their range, and suites that read ranges, are refused', () => {
  const key = gcm
  for (const chunkSize of [0, 15, 17, -16, NaN, Infinity]) {
    expect(() => encryptStream(key, [], { chunkSize })).toThrow(RangeError)
  }
  for (const concurrency of [0, -1, 1.5, NaN]) {
    expect(() => decryptStreamUnverified(key, [], { concurrency })).toThrow(RangeError)
  }
  expect(() => encryptStream(key, [], { length: -1 })).toThrow(RangeError)
  const ranged = { ...gcm, suite: algorithmSuite(0x0074) }
  expect(() => encryptStream(ranged, [])).toThrow(RangeError)
  expect(() => decryptStreamUnverified(ranged, [])).toThrow(RangeError)
})
