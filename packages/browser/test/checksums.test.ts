import { createHash, createHmac, randomBytes } from 'node:crypto'
import { Crc32 } from '@smithy/core/checksum'
import { describe, expect, test, vi } from 'vitest'
import { crc32 } from '../src/checksum/crc32.ts'
import { onThisThread } from '../src/checksum/hasher.ts'
import { crc32Checksum, sha256Checksum } from '../src/checksum/sdk-checksums.ts'

const lengths = [0, 1, 15, 16, 17, 31, 33, 1000, 65_535, 65_536, 5_000_001]

/** By the SDK's own, which is another implementation. */
async function expectedCrc32(bytes: Uint8Array): Promise<Buffer> {
  const checksum = new Crc32()
  checksum.update(bytes)
  return Buffer.from(await checksum.digest())
}

const sha256 = (bytes: Uint8Array) => createHash('sha256').update(bytes).digest()

describe('CRC-32', () => {
  test('of the check value of the standard', () => {
    expect(crc32(0, Buffer.from('123456789'))).toBe(0xcbf43926)
  })

  test.each(lengths)('of %i bytes, at any alignment', async (length) => {
    const Checksum = crc32Checksum(onThisThread)
    const memory = randomBytes(length + 3)
    for (const start of [0, 1, 3]) {
      const bytes = memory.subarray(start, start + length)
      const checksum = new Checksum()
      checksum.update(bytes)
      expect(Buffer.from(await checksum.digest())).toEqual(await expectedCrc32(bytes))
    }
  })

  test('of pieces of any size is that of the whole', async () => {
    const Checksum = crc32Checksum(onThisThread)
    const bytes = randomBytes(300_000)
    for (const sizes of [
      [1, 7, 100_000],
      [200_000, 5],
      [70_000, 70_000, 70_000],
    ]) {
      const checksum = new Checksum()
      let at = 0
      for (const size of [...sizes, bytes.length]) {
        checksum.update(bytes.subarray(at, at + size))
        at += size
      }
      expect(Buffer.from(await checksum.digest())).toEqual(await expectedCrc32(bytes))
      checksum.reset()
      checksum.update(bytes.subarray(0, 9))
      expect(Buffer.from(await checksum.digest())).toEqual(
        await expectedCrc32(bytes.subarray(0, 9)),
      )
    }
  })

  test('of a large body in one piece is left to the hasher', async () => {
    const hasher = { ...onThisThread, crc32: vi.fn(() => Promise.resolve(0x01020304)) }
    const checksum = new (crc32Checksum(hasher))()
    checksum.update(randomBytes(100_000))
    expect([...(await checksum.digest())]).toEqual([1, 2, 3, 4])
    expect(hasher.crc32).toHaveBeenCalledTimes(1)
  })
})

describe('SHA-256', () => {
  const Checksum = sha256Checksum(onThisThread)

  test.each([...lengths, 9 * 2 ** 20])('of %i bytes', async (length) => {
    const bytes = randomBytes(length)
    const checksum = new Checksum()
    checksum.update(bytes)
    expect(Buffer.from(await checksum.digest())).toEqual(sha256(bytes))
  })

  test('of pieces, and of text', async () => {
    const checksum = new Checksum()
    checksum.update(randomBytes(3).fill(1))
    checksum.update('é')
    checksum.update(new Uint8Array([7, 8, 9]).buffer)
    const all = Buffer.concat([Buffer.from([1, 1, 1]), Buffer.from('é'), Buffer.from([7, 8, 9])])
    expect(Buffer.from(await checksum.digest())).toEqual(sha256(all))
  })

  test.each(['secret', randomBytes(32), randomBytes(100)])('keyed: HMAC', async (secret) => {
    const checksum = new Checksum(secret)
    checksum.update('20261124')
    const expected = createHmac('sha256', secret).update('20261124').digest()
    expect(Buffer.from(await checksum.digest())).toEqual(expected)
  })
})
