// SPDX-License-Identifier: Apache-2.0
/**
 * Instruction files: an object beside the encrypted one, whose content is the envelope, or as much of it
 * as may stand there.
 * Specification: awslabs/aws-encryption-sdk-specification, s3-encryption/data-format/metadata-strategy.md,
 * "Instruction File".
 *
 * @module
 */

import { fromUtf8, utf8, type Bytes } from '../bytes.ts'
import { S3EncryptionError, S3EncryptionSecurityError } from '../errors.ts'
import { omit, toAsciiJson, type StringMap } from '../string-map.ts'
import type { Envelope } from './envelope.ts'
import { envelopeFields, userMetadata, V2, V3_OBJECT_KEYS } from './fields.ts'
import { formatOf } from './location.ts'
import { checkMetadataSize, writeEnvelope } from './write.ts'

/** What every client appends to the key of an object unless told otherwise. */
export const INSTRUCTION_FILE_SUFFIX = '.instruction'

/** User metadata by which an instruction file can be told from other objects. */
export const INSTRUCTION_FILE_METADATA: StringMap = { 'x-amz-crypto-instr-file': '' }

/** Bytes. What is longer is no instruction file, and not worth reading into memory. */
export const INSTRUCTION_FILE_LIMIT: number = 64 * 1024

const ON_OBJECT: readonly string[] = [...V3_OBJECT_KEYS, V2.plaintextLength]

// What an old .NET client wrote in the place of the keys of format V1.
const OLD_NAMES: Readonly<Record<string, string>> = {
  encryptedenvelopekey: 'x-amz-key',
  iv: V2.iv,
}

const invalid = (message: string) =>
  new S3EncryptionError('ERR_INSTRUCTION_FILE_INVALID', `The instruction file ${message}`)

/**
 * Content of the instruction file of an envelope: JSON in ASCII.
 *
 * @throws `S3EncryptionError` with `ERR_INSTRUCTION_FILE_INVALID` if it would be too long to be read back.
 */
export function writeInstructionFile(envelope: Envelope): Bytes {
  const file = utf8(toAsciiJson(omit(writeEnvelope(envelope), ON_OBJECT)))
  checkInstructionFileSize(file.length)
  return file
}

/**
 * User metadata of an object whose envelope is in an instruction file: with those entries of the envelope
 * that must not be there.
 *
 * @param metadata - of the user.
 * @param plaintextLength - as for {@link writeEnvelope}.
 * @throws `S3EncryptionError` with `ERR_METADATA_TOO_LARGE` if S3 would not store them.
 */
export function besideInstructionFile(
  metadata: StringMap,
  envelope: Envelope,
  plaintextLength?: number,
): StringMap {
  const fields = Object.entries(writeEnvelope(envelope, plaintextLength))
  const onObject = Object.fromEntries(fields.filter(([key]) => ON_OBJECT.includes(key)))
  const all = { ...userMetadata(metadata), ...onObject }
  checkMetadataSize(all)
  return all
}

/**
 * Envelope entries of an object, completed from its instruction file.
 *
 * @param fields - envelope entries of the object's metadata, of which `needsInstructionFile` is true.
 * @param file - content of the instruction file.
 * @throws `S3EncryptionSecurityError` with `ERR_INSTRUCTION_FILE_TAMPERED` if the file holds what must
 * stand on the object; `S3EncryptionError` with `ERR_INSTRUCTION_FILE_INVALID` if it is no instruction
 * file, or with `ERR_ENVELOPE_CONFLICT` if it is one of another format.
 */
export function completeFromInstructionFile(fields: StringMap, file: Uint8Array): StringMap {
  checkInstructionFileSize(file.length)
  const inFile = envelopeFields(parse(file))
  const misplaced = V3_OBJECT_KEYS.filter((key) => Object.hasOwn(inFile, key))
  if (misplaced.length > 0) {
    throw new S3EncryptionSecurityError(
      'ERR_INSTRUCTION_FILE_TAMPERED',
      `The instruction file was tampered with: it holds ${misplaced.join(', ')}, which must stand on the object.`,
    )
  }
  if (formatOf(inFile) === undefined) throw invalid('holds no encrypted data key.')
  const all = { ...fields, ...inFile }
  formatOf(all)
  return all
}

/** Refuses a file that is too long. */
export function checkInstructionFileSize(length: number): void {
  if (length > INSTRUCTION_FILE_LIMIT) {
    throw invalid(`has ${length} bytes; at most ${INSTRUCTION_FILE_LIMIT} are read.`)
  }
}

/** Entries of a file, with names in lower case and numbers, which some writers left bare, as strings. */
function parse(file: Uint8Array): StringMap {
  const entries = parseEntries(file).map(([name, value]) => {
    const key = name.toLowerCase()
    return [OLD_NAMES[key] ?? key, String(value)] as const
  })
  const map = new Map(entries)
  if (map.size < entries.length) throw invalid('names a key twice.')
  return Object.fromEntries(map)
}

// In valid JSON without nesting, whatever string a colon follows is a key.
const STRINGS = /"(?:[^"\\]|\\.)*"(\s*:)?/g

function parseEntries(file: Uint8Array): (readonly [string, string | number])[] {
  let json: string
  let value: unknown
  try {
    json = fromUtf8(file)
    value = JSON.parse(json)
  } catch {
    throw invalid('is not JSON.')
  }
  if (typeof value !== 'object' || value === null || Array.isArray(value)) {
    throw invalid('is not a JSON object.')
  }
  const entries = Object.entries(value as Record<string, unknown>)
  const flat = entries.flatMap(([name, entry]) =>
    typeof entry === 'string' || typeof entry === 'number' ? [[name, entry] as const] : [],
  )
  if (flat.length < entries.length) throw invalid('holds values that are neither text nor numbers.')
  // JSON.parse keeps the last of several entries with one name; other readers keep the first.
  const keys = [...json.matchAll(STRINGS)].filter(([, colon]) => colon !== undefined)
  if (keys.length > entries.length) throw invalid('names a key twice.')
  return flat
}
