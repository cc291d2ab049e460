// SPDX-License-Identifier: Apache-2.0
import {
  constants,
  createPrivateKey,
  generateKeyPair,
  privateDecrypt,
  type KeyObject,
} from 'node:crypto'
import { promisify } from 'node:util'
import { expect } from 'vitest'
import type { Bytes } from '../../src/bytes.ts'
import { beginDecryption, beginEncryption } from '../../src/materials.ts'
import type { Keyring } from '../../src/keyring/keyring.ts'
import type { RawRsa } from '../../src/keyring/raw-rsa-port.ts'
import { wrappingAlgorithmByName } from '../../src/keyring/wrapping.ts'
import type { StringMap } from '../../src/string-map.ts'
import { algorithmSuite, type AlgorithmSuite } from '../../src/suites.ts'

export const V3 = algorithmSuite(0x0073)
export const V2 = algorithmSuite(0x0072)
export const CBC = algorithmSuite(0x0070)
export const RANGED_V3 = algorithmSuite(0x0074)
export const RANGED_V2 = algorithmSuite(0x0071)

/** A view in the middle of a larger buffer: what forgets byteOffset shows. */
export function view(bytes: Uint8Array): Bytes {
  const buffer = new Uint8Array(bytes.length + 7).fill(0xa5)
  buffer.set(bytes, 3)
  return buffer.subarray(3, 3 + bytes.length)
}

export const hex = (text: string): Bytes => view(Buffer.from(text, 'hex'))
export const base64 = (text: string): Bytes => view(Buffer.from(text, 'base64'))
export const toHex = (bytes: Uint8Array): string => Buffer.from(bytes).toString('hex')
export const counting = (length: number, first: number): Bytes =>
  view(Uint8Array.from({ length }, (_, i) => first + i))

export function flip(bytes: Uint8Array, bit: number): Bytes {
  const altered = Uint8Array.from(bytes)
  altered[bit >> 3] = (altered[bit >> 3] as number) ^ (1 << (bit & 7))
  return altered
}

export interface Stored {
  readonly suite: AlgorithmSuite
  readonly algorithm: string
  readonly wrapped: Uint8Array
  readonly description?: StringMap
  readonly encryptionContext?: StringMap
}

/** What the keyring makes of the data key of a stored object. */
export function unwrap(keyring: Keyring, stored: Stored): Promise<Uint8Array> {
  const { suite, algorithm, wrapped, description = {}, encryptionContext = {} } = stored
  const wrappingAlgorithm = wrappingAlgorithmByName(algorithm)
  if (wrappingAlgorithm === undefined) throw new RangeError(algorithm)
  return keyring.onDecrypt({
    suite,
    encryptedDataKey: wrapped,
    wrappingAlgorithm,
    description,
    encryptionContext,
  })
}

/** What the keyring writes for a new object, or for a data key. */
export async function wrap(
  keyring: Keyring,
  suite: AlgorithmSuite,
  dataKey?: Uint8Array,
  encryptionContext: StringMap = {},
) {
  const answer = await keyring.onEncrypt({ suite, encryptionContext, dataKey })
  return {
    suite,
    algorithm: answer.wrappingAlgorithm,
    wrapped: await answer.encryptedDataKey,
    dataKey: answer.dataKey,
    description: answer.description,
  }
}

/** The keyring's answers pass everything that the core does with them. */
export async function roundTrip(writer: Keyring, reader: Keyring, suite: AlgorithmSuite) {
  const { envelope, contentKey } = await beginEncryption({ keyring: writer, suite })
  const policy = {
    commitmentPolicy: 'FORBID_ENCRYPT_ALLOW_DECRYPT',
    enableLegacyUnauthenticatedModes: true,
  } as const
  const read = await beginDecryption({ keyring: reader, envelope, policy })
  expect(toHex(read.key)).toBe(toHex(contentKey.key))
  return envelope
}

/** The error of a promise, or of a function that throws. */
export async function errorOf(action: Promise<unknown> | (() => unknown)) {
  try {
    await (typeof action === 'function' ? action() : action)
  } catch (error) {
    return error as Error & { code?: string }
  }
  throw new Error('Nothing was thrown')
}

export async function rejects(action: Promise<unknown> | (() => unknown), code: string) {
  const error = await errorOf(action)
  expect(error).toMatchObject({ code })
  return error
}

/** All that an error shows to whoever gets it. */
export const shown = (error: Error & { code?: string }) => ({
  name: error.name,
  code: error.code,
  message: error.message,
  cause: error.cause,
})

export interface RsaPair {
  readonly bits: number
  readonly publicKey: KeyObject
  readonly privateKey: KeyObject
}

const generate = promisify(generateKeyPair)

export async function rsaPair(bits: number): Promise<RsaPair> {
  return { bits, ...(await generate('rsa', { modulusLength: bits })) }
}

export const pkcs8 = (key: KeyObject): Bytes => view(key.export({ type: 'pkcs8', format: 'der' }))
export const spki = (key: KeyObject): Bytes => view(key.export({ type: 'spki', format: 'der' }))

/** The port on node:crypto. */
export const nodeRsa: RawRsa = {
  async decrypt({ privateKey, ciphertext }) {
    const key = createPrivateKey({ key: Buffer.from(privateKey), format: 'der', type: 'pkcs8' })
    return Promise.resolve(
      Uint8Array.from(privateDecrypt({ key, padding: constants.RSA_NO_PADDING }, ciphertext)),
    )
  },
}
