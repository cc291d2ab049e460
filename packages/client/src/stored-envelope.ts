// SPDX-License-Identifier: Apache-2.0
/**
 * The envelope of an object that was asked for.
 *
 * @module
 */

import type { GetObjectCommandOutput } from '@aws-sdk/client-s3'
import {
  completeFromInstructionFile,
  envelopeFields,
  envelopeMissing,
  needsInstructionFile,
  readEnvelope,
  S3EncryptionError,
  type Envelope,
  type StringMap,
} from '@s3-cse/core'
import { suffixOf, type InstructionFileOptions } from './instruction-file/options.ts'
import {
  getInstructionFile,
  keyOfFile,
  type InstructionFile,
  type ReadTarget,
} from './instruction-file/requests.ts'
import type { Settings } from './options.ts'

/** How an object was asked for. */
export interface Asked {
  readonly input: ReadTarget
  readonly options: InstructionFileOptions
  readonly abortSignal: AbortSignal | undefined
}

/**
 * The envelope of a response, completed from the instruction file if there is one; undefined for an object
 * that is not encrypted, where such are allowed.
 *
 * @throws as `readEnvelope` and {@link envelopeInFile}.
 */
export async function storedEnvelope(
  settings: Settings,
  asked: Asked,
  { Metadata }: Pick<GetObjectCommandOutput, 'Metadata'>,
): Promise<Envelope | undefined> {
  const fields = envelopeFields(Metadata ?? {})
  if (!needsInstructionFile(fields)) return readEnvelope(fields)
  const found = await find(settings, asked, fields)
  if ('file' in found) return read(fields, found.file)
  const { cause } = found
  const absent = cause === undefined || nameOf(cause) === 'NoSuchKey'
  if (isBare(fields) && absent && settings.allowUnencryptedObjects) return undefined
  throw missing(asked, fields, cause)
}

/**
 * The envelope of an object and the instruction file that completes it.
 *
 * @param fields - envelope entries of the object's metadata, of which `needsInstructionFile` is true.
 * @throws `S3EncryptionError`, as `completeFromInstructionFile`, or with `ERR_ENVELOPE_MISSING` or
 * `ERR_INSTRUCTION_FILE_MISSING`; what the SDK throws.
 */
export async function envelopeInFile(
  settings: Settings,
  asked: Asked,
  fields: StringMap,
): Promise<{ readonly envelope: Envelope; readonly file: InstructionFile }> {
  const found = await find(settings, asked, fields)
  if ('file' in found) return { envelope: read(fields, found.file), file: found.file }
  throw missing(asked, fields, found.cause)
}

const read = (fields: StringMap, { content }: InstructionFile) =>
  readEnvelope(completeFromInstructionFile(fields, content))

/** Whether nothing says that an object is encrypted. */
const isBare = (fields: StringMap) => Object.keys(fields).length === 0

// An old .NET client appended the name of a constant instead of its value.
const OLD_SUFFIX = 'INSTRUCTION_SUFFIX'

/** The instruction file, or why there is none; ignored files have no cause. */
async function find(
  { client, policy, instructionFiles }: Settings,
  { input: target, options, abortSignal }: Asked,
  fields: StringMap,
): Promise<{ readonly file: InstructionFile } | { readonly cause: unknown }> {
  if (options.ignoreInstructionFiles ?? instructionFiles.ignored) return { cause: undefined }
  const suffixes = [suffixOf(options)]
  const usual = options.instructionFileSuffix === undefined && !('x-amz-i' in fields)
  // Whatever that client wrote is read as legacy content only. Of format V3, the message ID would be here.
  if (usual && policy.enableLegacyUnauthenticatedModes === true) suffixes.push(OLD_SUFFIX)
  let cause: unknown
  for (const suffix of suffixes) {
    try {
      return { file: await getInstructionFile({ client, target, suffix, abortSignal }) }
    } catch (error) {
      if (!UNREADABLE.includes(nameOf(error))) throw error
      cause ??= error
    }
  }
  return { cause }
}

// Who may not list a bucket is denied what is not there.
const UNREADABLE = ['NoSuchKey', 'AccessDenied']

const nameOf = (error: unknown): string => (error as { name?: string }).name ?? ''

function missing({ input, options }: Asked, fields: StringMap, cause: unknown): S3EncryptionError {
  if (isBare(fields)) return envelopeMissing({ cause })
  const key = keyOfFile(input.Key, suffixOf(options))
  return new S3EncryptionError(
    'ERR_INSTRUCTION_FILE_MISSING',
    `The envelope of the object is in its instruction file ${key}, which is ${cause === undefined ? 'ignored' : 'missing, or may not be read'}.`,
    { cause },
  )
}
