import { hkdfSync } from 'node:crypto'
import fc from 'fast-check'
import { expect, test } from 'vitest'
import { deriveCommittedKey, deriveKeys } from '../src/kdf.ts'

const bytes = (length: number) => fc.uint8Array({ minLength: length, maxLength: length })
const input = fc.record({ dataKey: bytes(32), messageId: bytes(28) }).map((value) => ({
  dataKey: Uint8Array.from(value.dataKey),
  messageId: Uint8Array.from(value.messageId),
}))

const hkdf = (key: Uint8Array, salt: Uint8Array, label: string, length: number) =>
  Buffer.from(hkdfSync('sha512', key, salt, Buffer.from(`\0\x73${label}`), length))

test('derivation agrees with node:crypto', () =>
  fc.assert(
    fc.asyncProperty(input, async ({ dataKey, messageId }) => {
      const { contentKey, commitment } = await deriveKeys({ dataKey, messageId })
      expect(Buffer.from(contentKey)).toEqual(hkdf(dataKey, messageId, 'DERIVEKEY', 32))
      expect(Buffer.from(commitment)).toEqual(hkdf(dataKey, messageId, 'COMMITKEY', 28))
    }),
    { numRuns: 25 },
  ))

test('the content key is derived only under the right commitment', () =>
  fc.assert(
    fc.asyncProperty(input, fc.nat(27), async (given, index) => {
      const { contentKey, commitment } = await deriveKeys(given)
      expect(await deriveCommittedKey(given, commitment)).toEqual(contentKey)
      const altered = Uint8Array.from(commitment, (byte, i) => (i === index ? byte ^ 4 : byte))
      for (const wrong of [altered, commitment.slice(1), new Uint8Array([...commitment, 0])]) {
        await expect(deriveCommittedKey(given, wrong)).rejects.toMatchObject({
          name: 'S3EncryptionSecurityError',
          code: 'ERR_COMMITMENT_MISMATCH',
        })
      }
    }),
    { numRuns: 10 },
  ))

test.each([
  [31, 28, 'ERR_DATA_KEY_INVALID'],
  [33, 28, 'ERR_DATA_KEY_INVALID'],
  [32, 27, 'ERR_ENVELOPE_INVALID'],
  [32, 29, 'ERR_ENVELOPE_INVALID'],
])('a data key of %i and a message ID of %i bytes are refused', async (key, id, code) => {
  const given = { dataKey: new Uint8Array(key), messageId: new Uint8Array(id) }
  await expect(deriveKeys(given)).rejects.toMatchObject({ code })
})
