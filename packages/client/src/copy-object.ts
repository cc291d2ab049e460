// SPDX-License-Identifier: Apache-2.0
/**
 * `CopyObject`: an envelope goes with its object, wherever it is.
 *
 * @module
 */

import {
  CopyObjectCommand,
  HeadObjectCommand,
  type CopyObjectCommandInput,
  type CopyObjectCommandOutput,
  type S3Client,
} from '@aws-sdk/client-s3'
import {
  checkMetadataSize,
  envelopeFields,
  INSTRUCTION_FILE_METADATA,
  needsInstructionFile,
  S3EncryptionError,
  userMetadata,
} from '@s3-cse/core'
import { copySourceOfFile, parseCopySource } from './copy-source.ts'
import { suffixesOf } from './instruction-file/options.ts'
import { keyOfFile, objectRequest, PASSED_ON } from './instruction-file/requests.ts'
import { pick } from './members.ts'
import { abortedBy, internal, isPresigned, type Operation } from './operation.ts'
import type { Settings } from './options.ts'
import { requestOptions } from './request-options.ts'

/** What may be said about one copy. */
export interface CopyOptions {
  /**
   * What becomes of the envelope when `MetadataDirective: 'REPLACE'` gives a copy other metadata: with `true` it
   * is kept beside them, with `false` it is lost, and then nobody can decrypt the copy.
   *
   * @defaultValue undefined: a copy that would lose its envelope is refused.
   */
  readonly keepEnvelope?: boolean | undefined
}

/** A copy under way. */
interface Copy {
  readonly client: S3Client
  readonly input: CopyObjectCommandInput
  readonly sending: { abortSignal?: AbortSignal }
}

/**
 * Copies an object, and then its instruction file: unlike a new object, a copy costs nothing that cannot be
 * copied again.
 */
export function copyObject({
  client,
  instructionFiles,
}: Settings): Operation<CopyObjectCommandInput, CopyObjectCommandOutput> {
  return async (input, next, { abortSignal }) => {
    const options = requestOptions(input)
    const suffixes = suffixesOf(options, instructionFiles)
    const copy: Copy = { client, input, sending: abortedBy(abortSignal) }
    const output = await next(await withItsEnvelope(copy, options))
    if (isPresigned(output)) return output
    for (const suffix of suffixes) await copyFile(copy, output, suffix)
    return output
  }
}

const envelopeLost = (lost: readonly string[]) =>
  new S3EncryptionError(
    'ERR_ENVELOPE_LOST',
    `MetadataDirective: REPLACE would take its envelope (${lost.join(', ')}) from the copy, and nobody could decrypt it. Set keepEnvelope to true to keep it, or to false if that is what you mean.`,
  )

// Nobody needs it to decrypt.
const DISPENSABLE = 'x-amz-unencrypted-content-length'

/**
 * The request with the envelope of its source, where it would be lost.
 *
 * @throws `S3EncryptionError` with `ERR_ENVELOPE_LOST` unless the caller said what shall become of it.
 */
async function withItsEnvelope(
  { client, input, sending }: Copy,
  { keepEnvelope }: CopyOptions,
): Promise<CopyObjectCommandInput> {
  const source = parseCopySource(input.CopySource ?? '')
  if (input.MetadataDirective !== 'REPLACE' || keepEnvelope === false || source === undefined) {
    return input
  }
  const { ETag, Metadata = {} } = await client.send(
    new HeadObjectCommand(
      internal({
        ...source,
        ...pick(input, ['RequestPayer']),
        IfMatch: input.CopySourceIfMatch,
        IfUnmodifiedSince: input.CopySourceIfUnmodifiedSince,
        SSECustomerAlgorithm: input.CopySourceSSECustomerAlgorithm,
        SSECustomerKey: input.CopySourceSSECustomerKey,
        SSECustomerKeyMD5: input.CopySourceSSECustomerKeyMD5,
        ExpectedBucketOwner: input.ExpectedSourceBucketOwner,
      }),
    ),
    sending,
  )
  const envelope = envelopeFields(Metadata)
  const given = envelopeFields(input.Metadata ?? {})
  const lost = Object.keys(envelope).filter((key) => key !== DISPENSABLE && !(key in given))
  // Whatever was seen of the source must hold for what is copied.
  const pinned = { ...input, CopySourceIfMatch: ETag }
  if (lost.length === 0) return pinned
  if (keepEnvelope === undefined) throw envelopeLost(lost)
  const kept = { ...userMetadata(input.Metadata ?? {}), ...envelope }
  checkMetadataSize(kept)
  return { ...pinned, Metadata: kept }
}

/** What a copy says about that of the instruction file too. */
const COPIED = [
  ...PASSED_ON.write,
  'CopySourceSSECustomerAlgorithm',
  'CopySourceSSECustomerKey',
  'CopySourceSSECustomerKeyMD5',
  'ExpectedSourceBucketOwner',
  'TaggingDirective',
] as const

async function copyFile(
  copy: Copy,
  output: CopyObjectCommandOutput,
  suffix: string,
): Promise<void> {
  const { client, input, sending } = copy
  const Key = keyOfFile(input.Key, suffix)
  const file = {
    ...pick(input, COPIED),
    CopySource: copySourceOfFile(input.CopySource ?? '', suffix),
    Key,
    // Said anew, so that S3 also takes a copy of a file to its own place.
    MetadataDirective: 'REPLACE' as const,
    Metadata: { ...INSTRUCTION_FILE_METADATA },
    ContentType: 'application/json',
  }
  try {
    await client.send(new CopyObjectCommand(internal(file)), sending)
  } catch (cause) {
    const { name } = cause as Error
    if (name === 'NoSuchKey') return
    // Who may not list a bucket is denied what is not there.
    if (name === 'AccessDenied' && (await hasEnvelope(copy, output))) return
    throw new S3EncryptionError(
      'ERR_INSTRUCTION_FILE_FAILED',
      `The object was copied, but its instruction file was not copied to ${Key}. Copy it again, or, if there is none, set ignoreInstructionFiles.`,
      { cause },
    )
  }
}

/** Whether the copy has all of its envelope in its metadata. */
async function hasEnvelope(
  { client, input, sending }: Copy,
  { VersionId }: CopyObjectCommandOutput,
): Promise<boolean> {
  try {
    const { Metadata = {} } = await client.send(
      new HeadObjectCommand(internal({ ...objectRequest(input), VersionId })),
      sending,
    )
    return !needsInstructionFile(envelopeFields(Metadata))
  } catch {
    return false
  }
}
