// SPDX-License-Identifier: Apache-2.0
/**
 * The envelope of a new object, on its way to where it is stored.
 *
 * @module
 */

import type { PutObjectCommandInput } from '@aws-sdk/client-s3'
import {
  besideInstructionFile,
  INSTRUCTION_FILE_SUFFIX,
  S3EncryptionError,
  withEnvelope,
  writeInstructionFile,
  type Envelope,
  type StringMap,
} from '@s3-cse/core'
import { isPresigned } from '../operation.ts'
import type { Settings } from '../options.ts'
import { storageOf, type EnvelopeStorage } from './options.ts'
import { keyOfFile, putInstructionFile, type WriteTarget } from './requests.ts'

/** An object that is about to be written. */
export interface NewTarget extends WriteTarget {
  readonly Metadata?: Record<string, string> | undefined
}

/** What may be said about the envelope of one object. */
export interface Placing {
  readonly storage?: EnvelopeStorage | undefined
  readonly instructionFileSuffix?: string | undefined
  /** Bytes of plaintext, if known. */
  readonly length?: number | undefined
  readonly abortSignal?: AbortSignal | undefined
}

/** Conditions of the request that makes an object visible. */
export type Condition = Pick<PutObjectCommandInput, 'IfMatch' | 'IfNoneMatch'>

/**
 * Makes an object visible together with its instruction file, if it has one.
 *
 * The file goes first: if it cannot be written, nothing is. A request with a condition goes first
 * itself: if the condition does not hold, the object that is there must keep its file.
 *
 * @param send - sends the request that makes the object visible, once `before`, if given, is done.
 * @throws what either request throws; `S3EncryptionError` with `ERR_INSTRUCTION_FILE_FAILED` if the
 * object is there and its file is not.
 */
export type Publish = <Output extends object>(
  condition: Condition,
  send: (before?: () => Promise<void>) => Promise<Output>,
) => Promise<Output>

/** An envelope that has its place. */
export interface PlacedEnvelope {
  readonly storage: EnvelopeStorage
  /** User metadata of the object, with what of the envelope stands there. */
  readonly metadata: StringMap
  readonly publish: Publish
}

/**
 * Finds the place of an envelope.
 *
 * @throws `S3EncryptionError` with `ERR_METADATA_TOO_LARGE`, with `ERR_INSTRUCTION_FILE_INVALID` if the
 * material description is too long for a file, or with `ERR_CONFIGURATION`.
 */
export function placeEnvelope(
  { client, instructionFiles }: Settings,
  target: NewTarget,
  envelope: Envelope,
  placing: Placing,
): PlacedEnvelope {
  const { length, abortSignal } = placing
  const storage = storageOf(placing.storage, instructionFiles.storage)
  const { Metadata = {} } = target
  if (placing.instructionFileSuffix !== undefined) {
    throw new S3EncryptionError(
      'ERR_CONFIGURATION',
      'A new object has its instruction file under the usual suffix. reEncryptInstructionFile() writes others.',
    )
  }
  if (storage === 'metadata') {
    const metadata = withEnvelope(Metadata, envelope, length)
    return { storage, metadata, publish: (_, send) => send() }
  }
  const content = writeInstructionFile(envelope)
  const suffix = INSTRUCTION_FILE_SUFFIX
  const putFile = async () => {
    await putInstructionFile({ client, target, suffix, abortSignal, content })
  }
  return {
    storage,
    metadata: besideInstructionFile(Metadata, envelope, length),
    async publish({ IfMatch, IfNoneMatch }, send) {
      if (IfMatch === undefined && IfNoneMatch === undefined) return send(putFile)
      const output = await send()
      if (isPresigned(output)) return output
      await putFile().catch((cause: unknown) => {
        throw new S3EncryptionError(
          'ERR_INSTRUCTION_FILE_FAILED',
          `The object was written, but its instruction file ${keyOfFile(target.Key, suffix)} was not: nobody can read it. Write the object again.`,
          { cause },
        )
      })
      return output
    },
  }
}
