// SPDX-License-Identifier: Apache-2.0
/**
 * Where envelopes are stored, and how instruction files are named.
 *
 * @module
 */

import { INSTRUCTION_FILE_SUFFIX, S3EncryptionError } from '@s3-cse/core'

/** Where the envelope of a new object goes. */
export type EnvelopeStorage = 'metadata' | 'instruction-file'

/** What may be said about writing, for a client or for one request. */
export interface StorageOptions {
  /**
   * Where the envelope of a new object goes: into its user metadata, or into a second object, the
   * instruction file, whose key is that of the object with `.instruction` after it.
   *
   * @defaultValue `'metadata'`
   */
  readonly storage?: EnvelopeStorage | undefined
}

/** What may be said about reading, copying and deleting, for a client or for one request. */
export interface IgnoreOptions {
  /**
   * Neither look for instruction files nor delete or copy them: for buckets that have none, and for
   * credentials that must not touch them.
   *
   * @defaultValue false
   */
  readonly ignoreInstructionFiles?: boolean | undefined
}

/** What may be said about a client: what is written cannot be ignored. */
export type InstructionFileClientOptions =
  | (StorageOptions & {
      /** Off: instruction files are looked for. */
      readonly ignoreInstructionFiles?: false | undefined
    })
  | (IgnoreOptions & {
      /** Only the metadata: what is ignored is not written. */
      readonly storage?: 'metadata' | undefined
    })

/** What may be said about one request for an object that is stored. */
export interface InstructionFileOptions extends IgnoreOptions {
  /**
   * What stands after the key of the object in that of its instruction file, appended as it is. Another
   * than the usual one exists by re-encryption only.
   *
   * @defaultValue `'.instruction'`
   */
  readonly instructionFileSuffix?: string | undefined
}

/** The options of a client, checked and with their defaults. */
export interface InstructionFileSettings {
  readonly storage: EnvelopeStorage
  readonly ignored: boolean
}

const configuration = (message: string) => new S3EncryptionError('ERR_CONFIGURATION', message)

/**
 * Checks the options of a client.
 *
 * @throws `S3EncryptionError` with `ERR_CONFIGURATION` for an unknown storage, and for writing what is
 * ignored.
 */
export function instructionFileSettings({
  storage,
  ignoreInstructionFiles: ignored = false,
}: StorageOptions & IgnoreOptions): InstructionFileSettings {
  const settings = { storage: storageOf(storage, 'metadata'), ignored }
  if (ignored && settings.storage === 'instruction-file') {
    throw configuration('Instruction files cannot both be written and ignored.')
  }
  return settings
}

const STORAGES: readonly EnvelopeStorage[] = ['metadata', 'instruction-file']

/** The storage that was asked for, checked. */
export function storageOf(
  asked: EnvelopeStorage | undefined,
  otherwise: EnvelopeStorage,
): EnvelopeStorage {
  const storage = asked ?? otherwise
  if (!STORAGES.includes(storage)) {
    throw configuration(
      `Unknown storage ${JSON.stringify(storage)}: expected one of ${STORAGES.join(', ')}.`,
    )
  }
  return storage
}

/**
 * The suffix of one request, checked.
 *
 * @throws `S3EncryptionError` with `ERR_CONFIGURATION` for an empty one: it would name the object.
 */
export function suffixOf({ instructionFileSuffix }: InstructionFileOptions): string {
  const suffix: unknown = instructionFileSuffix ?? INSTRUCTION_FILE_SUFFIX
  if (typeof suffix !== 'string' || suffix === '') {
    throw configuration('instructionFileSuffix must be text, for example ".partner".')
  }
  return suffix
}

/**
 * The suffixes under which an object may have instruction files, as far as they are not ignored: the usual
 * one, and that of the request.
 */
export function suffixesOf(
  options: InstructionFileOptions,
  { ignored }: InstructionFileSettings,
): readonly string[] {
  const suffixes = new Set([INSTRUCTION_FILE_SUFFIX, suffixOf(options)])
  return (options.ignoreInstructionFiles ?? ignored) ? [] : [...suffixes]
}
