// SPDX-License-Identifier: Apache-2.0
/**
 * From stored metadata to an {@link Envelope}, strictly.
 *
 * @module
 */

import { fromBase64, isZero, type Bytes } from '../bytes.ts'
import { S3EncryptionError, S3EncryptionSecurityError } from '../errors.ts'
import {
  wrappingAlgorithmByCode,
  wrappingAlgorithmByName,
  type WrappingAlgorithm,
} from '../keyring/wrapping.ts'
import { parseJsonMap, type StringMap } from '../string-map.ts'
import {
  algorithmSuite,
  suiteOfContent,
  type AlgorithmSuite,
  type FormatVersion,
} from '../suites.ts'
import { decodeDoubleEncoding } from './double-encoding.ts'
import type { Envelope } from './envelope.ts'
import { EXCLUSIVE_KEYS, V2, V3 } from './fields.ts'
import { formatOf } from './location.ts'
import { statedLength } from './plaintext-length.ts'

const invalid = (message: string) => new S3EncryptionError('ERR_ENVELOPE_INVALID', message)

const COMMITMENT_LENGTH = 28 // bytes
const TAG_LENGTH = '128' // bits

/**
 * The envelope that these fields hold.
 *
 * @param fields - envelope entries of the object's metadata, completed from the instruction file if
 * there is one.
 * @throws `S3EncryptionError` with `ERR_ENVELOPE_MISSING`, `ERR_ENVELOPE_CONFLICT`,
 * `ERR_ENVELOPE_INVALID` or `ERR_ALGORITHM_UNKNOWN`; `S3EncryptionSecurityError` with
 * `ERR_ENVELOPE_ZERO_IV`.
 */
export function readEnvelope(fields: StringMap): Envelope {
  const format = formatOf(fields)
  if (format === undefined) throw envelopeMissing()
  const envelope = readers[format](fields)
  if (isZero(envelope.iv)) {
    throw new S3EncryptionSecurityError(
      'ERR_ENVELOPE_ZERO_IV',
      'The IV or message ID of the object is all zeros: it was never drawn at random.',
    )
  }
  return envelope
}

/** An object without an envelope: not encrypted, or its headers are hidden from a browser. */
export function envelopeMissing(options?: ErrorOptions): S3EncryptionError {
  return new S3EncryptionError(
    'ERR_ENVELOPE_MISSING',
    'The object has no encryption envelope: it was not written by an encryption client, its instruction file is missing, or, in a browser, the CORS rules of the bucket do not list the envelope headers (x-amz-meta-x-amz-*) under ExposeHeaders.',
    options,
  )
}

const readers: Readonly<Record<FormatVersion, (fields: StringMap) => Envelope>> = {
  1: (fields) => {
    const suite = algorithmSuite(0x0070)
    const contentAlgorithm = fields[V2.contentAlgorithm]
    if (contentAlgorithm !== undefined && contentAlgorithm !== suite.contentAlgorithm) {
      throw unknownAlgorithm(V2.contentAlgorithm, contentAlgorithm)
    }
    return readV1OrV2(fields, 1, suite)
  },
  2: (fields) => {
    const contentAlgorithm = required(fields, V2.contentAlgorithm)
    const suite = suiteOfContent(2, contentAlgorithm)
    if (suite === undefined) throw unknownAlgorithm(V2.contentAlgorithm, contentAlgorithm)
    const tagLength = fields[V2.tagLength]
    if (suite.tagLength > 0 && tagLength !== undefined && tagLength !== TAG_LENGTH) {
      throw invalid(`${V2.tagLength} must be ${TAG_LENGTH} bits.`)
    }
    return readV1OrV2(fields, 2, suite)
  },
  3: (fields) => {
    const contentAlgorithm = required(fields, V3.contentAlgorithm)
    const suite = suiteOfContent(3, contentAlgorithm)
    if (suite === undefined) throw unknownAlgorithm(V3.contentAlgorithm, contentAlgorithm)
    const code = required(fields, V3.wrappingAlgorithm)
    const wrappingAlgorithm = wrappingAlgorithmByCode(code)
    if (wrappingAlgorithm === undefined) throw unknownAlgorithm(V3.wrappingAlgorithm, code)
    return {
      format: 3,
      suite,
      iv: base64(fields, V3.messageId, suite.ivLength),
      commitment: base64(fields, V3.commitment, COMMITMENT_LENGTH),
      encryptedDataKey: base64(fields, EXCLUSIVE_KEYS[3]),
      wrappingAlgorithm,
      description: readDescriptionV3(fields, wrappingAlgorithm),
    }
  },
}

function readV1OrV2(fields: StringMap, format: 1 | 2, suite: AlgorithmSuite): Envelope {
  const encryptedDataKey = base64(fields, EXCLUSIVE_KEYS[format])
  return {
    format,
    suite,
    iv: base64(fields, V2.iv, suite.ivLength),
    commitment: undefined,
    encryptedDataKey,
    wrappingAlgorithm: readWrappingAlgorithm(fields, encryptedDataKey),
    description: map(fields, V2.description),
    statedLength: statedLength(fields),
  }
}

// AES wraps 32 bytes to at most 48; the smallest RSA modulus in use is longer.
const LONGEST_AES_WRAP = 48 // bytes

/**
 * The oldest writers stored no wrapping algorithm: then the length of the wrapped key tells which of two
 * it is. Both are legacy, so that nobody gains anything by taking the name away.
 */
function readWrappingAlgorithm(fields: StringMap, encryptedDataKey: Bytes): WrappingAlgorithm {
  const inferred = encryptedDataKey.length > LONGEST_AES_WRAP ? 'RSA' : 'AES'
  const name = fields[V2.wrappingAlgorithm] ?? inferred
  const algorithm = wrappingAlgorithmByName(name)
  if (algorithm === undefined) throw unknownAlgorithm(V2.wrappingAlgorithm, name)
  return algorithm
}

/** One writer stores the description of raw keys under the key of the encryption context. */
function readDescriptionV3(fields: StringMap, { kms }: WrappingAlgorithm): StringMap {
  const own = kms ? V3.encryptionContext : V3.materialDescription
  return map(fields, own in fields || kms ? own : V3.encryptionContext)
}

const unknownAlgorithm = (key: string, value: string) =>
  new S3EncryptionError(
    'ERR_ALGORITHM_UNKNOWN',
    `${key} names an unknown algorithm: ${JSON.stringify(value)}.`,
  )

function required(fields: StringMap, key: string): string {
  const value = fields[key]
  if (value === undefined) throw invalid(`The envelope is incomplete: ${key} is missing.`)
  return value
}

function base64(fields: StringMap, key: string, length?: number): Bytes {
  const bytes = fromBase64(required(fields, key))
  if (bytes === undefined || bytes.length === 0) throw invalid(`${key} is not base64.`)
  if (length !== undefined && bytes.length !== length) {
    throw invalid(`${key} has ${bytes.length} bytes; expected ${length}.`)
  }
  return bytes
}

/** Readers agree that a missing map is an empty one. */
function map(fields: StringMap, key: string): StringMap {
  const value = fields[key]
  return value === undefined ? {} : parseJsonMap(decodeDoubleEncoding(value), key)
}
