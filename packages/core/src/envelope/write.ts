// SPDX-License-Identifier: Apache-2.0
/**
 * From an {@link Envelope} to the metadata that S3 stores.
 *
 * @module
 */

import { toBase64 } from '../bytes.ts'
import { S3EncryptionError } from '../errors.ts'
import { toAsciiJson, type StringMap } from '../string-map.ts'
import type { FormatVersion } from '../suites.ts'
import type { Envelope } from './envelope.ts'
import { EXCLUSIVE_KEYS, userMetadata, V2, V3 } from './fields.ts'

/**
 * Metadata entries of an envelope, names without the `x-amz-meta-` prefix.
 *
 * @param plaintextLength - bytes, if known. Formats V1 and V2 store it; it must not stand in V3.
 */
export function writeEnvelope(envelope: Envelope, plaintextLength?: number): StringMap {
  return writers[envelope.format](envelope, plaintextLength)
}

const writers: Readonly<
  Record<FormatVersion, (envelope: Envelope, plaintextLength?: number) => StringMap>
> = {
  1: (envelope, plaintextLength) => ({
    [EXCLUSIVE_KEYS[1]]: toBase64(envelope.encryptedDataKey),
    [V2.iv]: toBase64(envelope.iv),
    [V2.description]: toAsciiJson(envelope.description),
    ...lengthField(plaintextLength),
  }),
  2: (envelope, plaintextLength) => ({
    [EXCLUSIVE_KEYS[2]]: toBase64(envelope.encryptedDataKey),
    [V2.iv]: toBase64(envelope.iv),
    [V2.description]: toAsciiJson(envelope.description),
    [V2.wrappingAlgorithm]: envelope.wrappingAlgorithm.name,
    [V2.contentAlgorithm]: envelope.suite.contentAlgorithm,
    ...(envelope.suite.tagLength > 0 && { [V2.tagLength]: String(envelope.suite.tagLength * 8) }),
    ...lengthField(plaintextLength),
  }),
  3: (envelope) => ({
    [V3.contentAlgorithm]: envelope.suite.contentAlgorithm,
    [EXCLUSIVE_KEYS[3]]: toBase64(envelope.encryptedDataKey),
    [V3.wrappingAlgorithm]: wrappingCode(envelope),
    ...descriptionV3(envelope),
    [V3.commitment]: toBase64(commitmentOf(envelope)),
    [V3.messageId]: toBase64(envelope.iv),
  }),
}

const lengthField = (length: number | undefined): StringMap =>
  length === undefined ? {} : { [V2.plaintextLength]: String(length) }

/** An empty map is not stored: readers take a missing one for it. */
function descriptionV3({ description, wrappingAlgorithm }: Envelope): StringMap {
  if (Object.keys(description).length === 0) return {}
  const key = wrappingAlgorithm.kms ? V3.encryptionContext : V3.materialDescription
  return { [key]: toAsciiJson(description) }
}

function wrappingCode({ wrappingAlgorithm: { name, code } }: Envelope): string {
  if (code === undefined) {
    throw new S3EncryptionError(
      'ERR_WRAPPING_ALGORITHM_UNSUPPORTED',
      `Format V3 has no code for the wrapping algorithm ${name}. Write with a suite without key commitment, or use a keyring with a current algorithm.`,
    )
  }
  return code
}

function commitmentOf({ commitment }: Envelope): Uint8Array {
  if (commitment === undefined) throw new TypeError('An envelope of format V3 needs a commitment')
  return commitment
}

/**
 * User metadata of an object with its envelope, which takes the place of any other.
 *
 * @param metadata - of the user.
 * @param plaintextLength - as for {@link writeEnvelope}.
 * @throws `S3EncryptionError` with `ERR_METADATA_TOO_LARGE` if S3 would not store them.
 */
export function withEnvelope(
  metadata: StringMap,
  envelope: Envelope,
  plaintextLength?: number,
): StringMap {
  const all = { ...userMetadata(metadata), ...writeEnvelope(envelope, plaintextLength) }
  checkMetadataSize(all)
  return all
}

// S3 counts the UTF-8 bytes of all names and values of a PUT.
const METADATA_LIMIT = 2048 // bytes
const encoder = new TextEncoder()

/**
 * Refuses metadata that S3 would not store.
 *
 * @throws `S3EncryptionError` with `ERR_METADATA_TOO_LARGE`.
 */
export function checkMetadataSize(metadata: StringMap): void {
  const size = encoder.encode(Object.entries(metadata).flat().join('')).length
  if (size > METADATA_LIMIT) {
    throw new S3EncryptionError(
      'ERR_METADATA_TOO_LARGE',
      `The metadata with the envelope has ${size} bytes; S3 stores ${METADATA_LIMIT}. Use less user metadata, a smaller encryption context or, for the envelope, an instruction file.`,
    )
  }
}
