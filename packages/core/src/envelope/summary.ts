// SPDX-License-Identifier: Apache-2.0
/**
 * What an object's own metadata say of its encryption, for people and tools that do not read it.
 *
 * @module
 */

import type { WrappingAlgorithmName } from '../keyring/wrapping.ts'
import type { StringMap } from '../string-map.ts'
import {
  algorithmSuites,
  suiteOfContent,
  type AlgorithmSuiteName,
  type FormatVersion,
} from '../suites.ts'
import { V3 } from './fields.ts'
import { needsInstructionFile } from './location.ts'
import { plaintextLength, statedLength } from './plaintext-length.ts'
import { readEnvelope } from './read.ts'

/**
 * What can be told of an encrypted object without its key. Nothing has authenticated it. What is not known,
 * or stands in an instruction file, is left out.
 */
export interface EnvelopeSummary {
  /** Whether the data key is in an instruction file, which was not read. */
  readonly instructionFile: boolean
  /** Of the envelope. */
  readonly format?: FormatVersion | undefined
  /** How the content is encrypted. */
  readonly algorithmSuite?: AlgorithmSuiteName | undefined
  /** How the data key is wrapped. */
  readonly wrappingAlgorithm?: WrappingAlgorithmName | undefined
  /** As AWS KMS was given it, reserved keys included. */
  readonly encryptionContext?: StringMap | undefined
  /** Of a raw keyring. */
  readonly materialDescription?: StringMap | undefined
  /** Bytes. */
  readonly plaintextLength?: number | undefined
}

/**
 * Summary of the envelope that an object's own metadata hold.
 *
 * @param fields - envelope entries of the metadata.
 * @param storedLength - bytes of the stored object, if known.
 * @returns undefined if there are no such entries.
 * @throws `S3EncryptionError` as `readEnvelope`, where they are no envelope.
 */
export function summarizeEnvelope(
  fields: StringMap,
  storedLength: number | undefined,
): EnvelopeSummary | undefined {
  if (Object.keys(fields).length === 0) return undefined
  if (needsInstructionFile(fields)) return summarizeRest(fields, storedLength)
  const envelope = readEnvelope(fields)
  const { format, suite, wrappingAlgorithm, description } = envelope
  return {
    instructionFile: false,
    format,
    algorithmSuite: suite.name,
    wrappingAlgorithm: wrappingAlgorithm.name,
    [wrappingAlgorithm.kms ? 'encryptionContext' : 'materialDescription']: description,
    plaintextLength: plaintextLength(envelope, storedLength),
  }
}

/** Of what stays on the object when the data key is in an instruction file. */
function summarizeRest(fields: StringMap, storedLength: number | undefined): EnvelopeSummary {
  const suite = suiteOfContent(3, fields[V3.contentAlgorithm] ?? '')
  if (suite !== undefined) {
    return {
      instructionFile: true,
      format: 3,
      algorithmSuite: suite.name,
      plaintextLength: plaintextLength({ suite }, storedLength),
    }
  }
  // In formats V1 and V2 the file names the suite: a length that was stated must fit one of theirs.
  const stated = statedLength(fields)
  const fits = algorithmSuites.some(
    (row) =>
      row.formats.includes(2) &&
      plaintextLength({ suite: row, statedLength: stated }, storedLength) === stated,
  )
  return { instructionFile: true, plaintextLength: fits ? stated : undefined }
}
