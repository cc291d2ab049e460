// SPDX-License-Identifier: Apache-2.0
/**
 * The metadata keys of every format, without the `x-amz-meta-` prefix of the wire.
 * Specification: awslabs/aws-encryption-sdk-specification, s3-encryption/data-format/content-metadata.md.
 *
 * @module
 */

import { omit, lowerCaseKeys, type StringMap } from '../string-map.ts'
import type { FormatVersion } from '../suites.ts'

/** Key of the encrypted data key in each format. Where one of them stands, the format is settled. */
export const EXCLUSIVE_KEYS: Readonly<Record<FormatVersion, string>> = {
  1: 'x-amz-key',
  2: 'x-amz-key-v2',
  3: 'x-amz-3',
}

/** Keys of formats V1 and V2 besides the exclusive ones. */
export const V2 = {
  iv: 'x-amz-iv',
  description: 'x-amz-matdesc',
  wrappingAlgorithm: 'x-amz-wrap-alg',
  contentAlgorithm: 'x-amz-cek-alg',
  tagLength: 'x-amz-tag-len',
  plaintextLength: 'x-amz-unencrypted-content-length',
} as const

/** Keys of format V3 besides the exclusive one. */
export const V3 = {
  contentAlgorithm: 'x-amz-c',
  commitment: 'x-amz-d',
  messageId: 'x-amz-i',
  wrappingAlgorithm: 'x-amz-w',
  materialDescription: 'x-amz-m',
  encryptionContext: 'x-amz-t',
} as const

/** Keys of format V3 that must stand on the object itself, never in an instruction file. */
export const V3_OBJECT_KEYS: readonly string[] = [V3.contentAlgorithm, V3.commitment, V3.messageId]

const PLAINTEXT_MD5 = 'x-amz-unencrypted-content-md5'

/** Keys that only formats V1 and V2 use. */
export const V1_V2_KEYS: readonly string[] = [
  EXCLUSIVE_KEYS[1],
  EXCLUSIVE_KEYS[2],
  ...Object.values(V2),
  PLAINTEXT_MD5,
]

/** Keys that only format V3 uses. */
export const V3_KEYS: readonly string[] = [EXCLUSIVE_KEYS[3], ...Object.values(V3)]

const ENVELOPE_KEYS = [...V1_V2_KEYS, ...V3_KEYS]

// Some writers send these as empty headers when they have nothing to say.
const ABSENT_WHEN_EMPTY: readonly string[] = [
  V3.materialDescription,
  V3.encryptionContext,
  V2.plaintextLength,
]

/** The envelope's own entries of some metadata, with names in lower case. */
export function envelopeFields(metadata: StringMap): StringMap {
  return Object.fromEntries(
    Object.entries(lowerCaseKeys(metadata)).filter(
      ([key, value]) =>
        ENVELOPE_KEYS.includes(key) && !(value === '' && ABSENT_WHEN_EMPTY.includes(key)),
    ),
  )
}

/**
 * The user's own entries of some metadata, with names in lower case. A stale envelope, as of an object
 * that is copied, would contradict the new one.
 */
export function userMetadata(metadata: StringMap): StringMap {
  return omit(lowerCaseKeys(metadata), ENVELOPE_KEYS)
}
