// SPDX-License-Identifier: Apache-2.0
/**
 * Which format an object has and where its envelope is: the rules that tell an honest object from a
 * contradictory one.
 * Specification: awslabs/aws-encryption-sdk-specification, s3-encryption/data-format/content-metadata.md,
 * "Determining S3EC Object Status".
 *
 * @module
 */

import { S3EncryptionError } from '../errors.ts'
import type { StringMap } from '../string-map.ts'
import type { FormatVersion } from '../suites.ts'
import { EXCLUSIVE_KEYS, V1_V2_KEYS, V2, V3_KEYS, V3_OBJECT_KEYS } from './fields.ts'

const FORMATS: readonly FormatVersion[] = [1, 2, 3]

// What may stand on an object whose V1 or V2 envelope is in an instruction file.
const BESIDE_INSTRUCTION_FILE: readonly string[] = [V2.description, V2.plaintextLength]

const present = (fields: StringMap, keys: readonly string[]) =>
  keys.filter((key) => Object.hasOwn(fields, key))

const conflict = (keys: readonly string[]) =>
  new S3EncryptionError(
    'ERR_ENVELOPE_CONFLICT',
    `The envelope contradicts itself: ${keys.join(', ')} cannot stand together.`,
  )

/**
 * Format of an envelope by the one exclusive key in it.
 *
 * @returns `undefined` if no encrypted data key is there.
 * @throws `S3EncryptionError` with `ERR_ENVELOPE_CONFLICT` if it has keys of several formats.
 */
export function formatOf(fields: StringMap): FormatVersion | undefined {
  const exclusive = present(fields, Object.values(EXCLUSIVE_KEYS))
  if (exclusive.length > 1) throw conflict(exclusive)
  const old = present(fields, V1_V2_KEYS)
  const v3 = present(fields, V3_KEYS)
  if (old.length > 0 && v3.length > 0) throw conflict([...old, ...v3])
  return FORMATS.find((format) => Object.hasOwn(fields, EXCLUSIVE_KEYS[format]))
}

/**
 * Whether the envelope must be completed from an instruction file: the object's metadata hold no
 * encrypted data key.
 *
 * @param fields - envelope entries of the object's metadata.
 * @throws `S3EncryptionError` with `ERR_ENVELOPE_CONFLICT` or `ERR_ENVELOPE_INVALID` where the metadata
 * contradict themselves or are the rest of a broken envelope.
 */
export function needsInstructionFile(fields: StringMap): boolean {
  if (formatOf(fields) !== undefined) return false
  const rest = Object.keys(fields).filter((key) => !BESIDE_INSTRUCTION_FILE.includes(key))
  const onObject = present(fields, V3_OBJECT_KEYS)
  const honest =
    rest.length === 0 || (rest.length === onObject.length && rest.length === V3_OBJECT_KEYS.length)
  if (!honest) {
    throw new S3EncryptionError(
      'ERR_ENVELOPE_INVALID',
      `The envelope is incomplete: there is ${rest.join(', ')} but no encrypted data key.`,
    )
  }
  return true
}
