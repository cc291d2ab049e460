// SPDX-License-Identifier: Apache-2.0
import fc from 'fast-check'
import { expect, test } from 'vitest'
import { concat, type Bytes } from '../../src/bytes.ts'
import { chunks } from '../../src/content/chunks.ts'
import { inPieces } from './sources.ts'
import { expectBytes, sample } from './support.ts'

async function read(source: AsyncIterable<Bytes>, size: number, keep: number) {
  const result: { bytes: Bytes; last: boolean }[] = []
  for await (const { bytes, last } of chunks(source, size, keep)) {
    result.push({ bytes: bytes.slice(), last })
  }
  return result
}

test('any pieces become chunks of one size and a last one', async () => {
  const property = fc.asyncProperty(
    fc.nat({ max: 300 }),
    fc.array(fc.integer({ min: 1, max: 120 }), { minLength: 1, maxLength: 5 }),
    fc.constantFrom(16, 32, 64),
    fc.constantFrom(0, 1, 16),
    async (length, sizes, size, keep) => {
      const bytes = sample(length)
      const result = await read(inPieces(bytes, sizes), size, keep)
      expectBytes(concat(...result.map((chunk) => chunk.bytes)), bytes)
      expect(result.map(({ last }) => last).indexOf(true)).toBe(result.length - 1)
      expect(result.slice(0, -1).every((chunk) => chunk.bytes.length === size)).toBe(true)
      const last = result.at(-1)?.bytes.length ?? NaN
      expect(last).toBeLessThan(size + keep)
      expect(last).toBeGreaterThanOrEqual(Math.min(keep, length))
    },
  )
  await fc.assert(property, { numRuns: 300 })
})

test('a piece that is ready made is not copied', async () => {
  const piece = sample(64)
  async function* source() {
    yield piece
    await Promise.resolve()
  }
  const first = await chunks(source(), 32, 0).next()
  expect(first.value).toMatchObject({ bytes: { buffer: piece.buffer }, last: false })
})
