// SPDX-License-Identifier: Apache-2.0
import { createCipheriv, generateKeyPairSync, pbkdf2Sync, randomBytes } from 'node:crypto'
import { describe, expect, test } from 'vitest'
import { DER, writeDer } from '../../src/keys/der.ts'
import { decryptPrivateKey } from '../../src/keys/encrypted-key.ts'
import { rsaPrivateKey } from '../../src/keys/rsa-key.ts'
import { pkcs8, rejects, toHex, view } from '../keyring/support.ts'

const { privateKey } = generateKeyPairSync('rsa', { modulusLength: 2048 })
const passphrase = 'Grüße, 秘密'
const plain = toHex(pkcs8(privateKey))

describe('what OpenSSL writes', () => {
  test.each(['aes-128-cbc', 'aes-192-cbc', 'aes-256-cbc'])('%s', async (cipher) => {
    const encryption = { type: 'pkcs8', cipher, passphrase } as const
    const pem = privateKey.export({ ...encryption, format: 'pem' }) as string
    const der = privateKey.export({ ...encryption, format: 'der' })
    expect(toHex(await decryptPrivateKey(pem, passphrase))).toBe(plain)
    expect(toHex(await decryptPrivateKey(view(der), passphrase))).toBe(plain)
  })
})

const oid = (text: string) => writeDer(DER.objectIdentifier, Buffer.from(text, 'hex'))
const octets = (bytes: Uint8Array) => writeDer(DER.octetString, bytes)
const integer = (...bytes: number[]) => writeDer(DER.integer, Uint8Array.from(bytes))
const sequence = (...values: Uint8Array[]) => writeDer(DER.sequence, ...values)

/** The same structure, put together by hand, with what OpenSSL is not asked for. */
function encrypted(digest: string, prf: string | undefined, keyLength?: number) {
  const [salt, iv] = [randomBytes(16), randomBytes(16)]
  const key = pbkdf2Sync(passphrase, salt, 0x0301, 32, digest)
  const cipher = createCipheriv('aes-256-cbc', key, iv)
  const kdf = sequence(
    octets(salt),
    integer(0x03, 0x01),
    ...(keyLength === undefined ? [] : [integer(keyLength)]),
    ...(prf === undefined ? [] : [sequence(oid(prf), writeDer(DER.null))]),
  )
  const parameters = sequence(
    sequence(oid('2a864886f70d01050c'), kdf),
    sequence(oid('60864801650304012a'), octets(iv)),
  )
  return sequence(
    sequence(oid('2a864886f70d01050d'), parameters),
    octets(Buffer.concat([cipher.update(pkcs8(privateKey)), cipher.final()])),
  )
}

test.each([
  ['sha1', undefined, undefined],
  ['sha1', undefined, 32],
  ['sha1', '2a864886f70d0207', 32],
  ['sha384', '2a864886f70d020a', undefined],
  ['sha512', '2a864886f70d020b', 32],
])('PBKDF2 with %s', async (digest, prf, keyLength) => {
  const key = encrypted(digest, prf, keyLength)
  expect(toHex(await decryptPrivateKey(key, passphrase))).toBe(plain)
})

test('everything else is refused, without a word about the passphrase', async () => {
  const right = encrypted('sha1', undefined)
  for (const [key, secret] of [
    [right, 'Tr0ub4dor'],
    [right.subarray(0, -1), passphrase],
    [pkcs8(privateKey), passphrase],
    [encrypted('sha224', '2a864886f70d0208'), passphrase],
    [new Uint8Array(0), passphrase],
    ['-----BEGIN PRIVATE KEY-----\nAAAA\n-----END PRIVATE KEY-----', passphrase],
    ['no key', passphrase],
  ] as const) {
    const error = await rejects(decryptPrivateKey(key, secret), 'ERR_CONFIGURATION')
    expect(error.message).not.toContain(secret)
    expect(error.cause).toBeUndefined()
  }
})

test('a keyring says what to do about an encrypted key', async () => {
  const pem = privateKey.export({ type: 'pkcs8', format: 'pem', cipher: 'aes-256-cbc', passphrase })
  const error = await rejects(() => rsaPrivateKey(pem, 'privateKey'), 'ERR_CONFIGURATION')
  expect(error.message).toContain('decryptPrivateKey()')
})
