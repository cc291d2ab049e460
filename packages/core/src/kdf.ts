// SPDX-License-Identifier: Apache-2.0
/**
 * Key derivation and key commitment of suite 0x0073 (115).
 * Specification: awslabs/aws-encryption-sdk-specification, s3-encryption/key-derivation.md.
 *
 * @module
 */

import { concat, equalConstantTime, utf8, type Bytes } from './bytes.ts'
import { S3EncryptionError, S3EncryptionSecurityError } from './errors.ts'
import { algorithmSuite } from './suites.ts'
import { subtle } from './webcrypto.ts'

const DATA_KEY_LENGTH = 32 // bytes
const MESSAGE_ID_LENGTH = 28 // bytes
const COMMITMENT_LENGTH = 28 // bytes
const CONTENT_KEY_LENGTH = 32 // bytes

/** The suite id as two big-endian bytes: prefix of both HKDF infos, and the AAD of the content. */
export const COMMITTING_SUITE_ID: Bytes = new Uint8Array([0x00, algorithmSuite(0x0073).id])
const COMMIT_KEY = concat(COMMITTING_SUITE_ID, utf8('COMMITKEY'))
const DERIVE_KEY = concat(COMMITTING_SUITE_ID, utf8('DERIVEKEY'))

/** Values to derive from. */
export interface DerivationInput {
  /** 32 bytes: input keying material. */
  readonly dataKey: Bytes
  /** 28 bytes: HKDF salt. */
  readonly messageId: Bytes
}

/** What the derivation gives. */
export interface DerivedKeys {
  /** 32 bytes: key of the content encryption. */
  readonly contentKey: Bytes
  /** 28 bytes, stored with the object. */
  readonly commitment: Bytes
}

/** HKDF-SHA512 (RFC 5869) over one data key and message ID, as a function of info and length. */
async function hkdf({ dataKey, messageId }: DerivationInput) {
  if (dataKey.length !== DATA_KEY_LENGTH) {
    throw new S3EncryptionError(
      'ERR_DATA_KEY_INVALID',
      `The data key has ${dataKey.length} bytes; this algorithm suite needs ${DATA_KEY_LENGTH}.`,
    )
  }
  if (messageId.length !== MESSAGE_ID_LENGTH) {
    throw new S3EncryptionError(
      'ERR_ENVELOPE_INVALID',
      `The message ID (x-amz-i) has ${messageId.length} bytes; expected ${MESSAGE_ID_LENGTH}.`,
    )
  }
  const webcrypto = subtle()
  // deriveBits and importKey cost one thread hop in Node where deriveKey costs two.
  const key = await webcrypto.importKey('raw', dataKey, 'HKDF', false, ['deriveBits'])
  return async (info: Bytes, length: number): Promise<Bytes> => {
    const algorithm = { name: 'HKDF', hash: 'SHA-512', salt: messageId, info }
    return new Uint8Array(await webcrypto.deriveBits(algorithm, key, length * 8))
  }
}

/**
 * Content key and commitment of a new object, derived side by side.
 *
 * @throws `S3EncryptionError` with `ERR_DATA_KEY_INVALID` or `ERR_ENVELOPE_INVALID` for a data key or
 * message ID of another length.
 */
export async function deriveKeys(input: DerivationInput): Promise<DerivedKeys> {
  const expand = await hkdf(input)
  const [commitment, contentKey] = await Promise.all([
    expand(COMMIT_KEY, COMMITMENT_LENGTH),
    expand(DERIVE_KEY, CONTENT_KEY_LENGTH),
  ])
  return { commitment, contentKey }
}

/**
 * Content key of an object that is read. As the specification demands, it is derived only after the
 * stored commitment was found equal to the derived one.
 *
 * @param stored - the commitment of the envelope (`x-amz-d`).
 * @throws `S3EncryptionSecurityError` with `ERR_COMMITMENT_MISMATCH` if it differs, in length too.
 */
export async function deriveCommittedKey(input: DerivationInput, stored: Bytes): Promise<Bytes> {
  const expand = await hkdf(input)
  const commitment = await expand(COMMIT_KEY, COMMITMENT_LENGTH)
  if (!equalConstantTime(commitment, stored)) {
    throw new S3EncryptionSecurityError(
      'ERR_COMMITMENT_MISMATCH',
      'The key commitment of the object (x-amz-d) does not match its data key: the envelope was altered, or the data key belongs to another object.',
    )
  }
  return expand(DERIVE_KEY, CONTENT_KEY_LENGTH)
}
