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
  type Bytes,
  type Envelope,
  type StringMap,
} from '@s3-cse/core'
import { suffixOf, type InstructionFileOptions } from './instruction-file/options.ts'
import { getInstructionFile, keyOfFile, type ReadTarget } from './instruction-file/requests.ts'
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
 * @throws `S3EncryptionError`, as `readEnvelope` and `completeFromInstructionFile`, or with
 * `ERR_INSTRUCTION_FILE_MISSING`; what the SDK throws.
 */
export async function storedEnvelope(
  settings: Settings,
  asked: Asked,
  { Metadata }: Pick<GetObjectCommandOutput, 'Metadata'>,
): Promise<Envelope | undefined> {
  const fields = envelopeFields(Metadata ?? {})
  if (!needsInstructionFile(fields)) return readEnvelope(fields)
  const bare = Object.keys(fields).length === 0
  const { ignoreInstructionFiles = settings.instructionFiles.ignored } = asked.options
  const { content, cause } = ignoreInstructionFiles
    ? IGNORED
    : await findFile(settings, asked, fields)
  if (content !== undefined) return readEnvelope(completeFromInstructionFile(fields, content))
  const absent = cause === undefined || nameOf(cause) === 'NoSuchKey'
  if (bare && absent && settings.allowUnencryptedObjects) return undefined
  throw bare ? envelopeMissing({ cause }) : fileMissing(asked, cause)
}

// An old .NET client appended the name of a constant instead of its value.
const OLD_SUFFIX = 'INSTRUCTION_SUFFIX'

/** The content of a file, or why there is none. */
interface Found {
  readonly content?: Bytes
  readonly cause?: unknown
}

const IGNORED: Found = {}

async function findFile(
  { client, policy }: Settings,
  { input: target, options, abortSignal }: Asked,
  fields: StringMap,
): Promise<Found> {
  const suffixes = [suffixOf(options)]
  const usual = options.instructionFileSuffix === undefined
  // Whatever that client wrote is read as legacy content only. Of format V3, the message ID would be here.
  if (usual && !('x-amz-i' in fields) && policy.enableLegacyUnauthenticatedModes === true)
    suffixes.push(OLD_SUFFIX)
  let cause: unknown
  for (const suffix of suffixes) {
    try {
      return await getInstructionFile({ client, target, suffix, abortSignal })
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

function fileMissing({ input, options }: Asked, cause: unknown): S3EncryptionError {
  const key = keyOfFile(input.Key, suffixOf(options))
  return new S3EncryptionError(
    'ERR_INSTRUCTION_FILE_MISSING',
    `The envelope of the object is in its instruction file ${key}, which is ${cause === undefined ? 'ignored' : 'missing, or may not be read'}.`,
    { cause },
  )
}
