// SPDX-License-Identifier: Apache-2.0
/**
 * `DeleteObject` and `DeleteObjects`: instruction files go with their objects.
 *
 * @module
 */

import {
  DeleteObjectCommand,
  DeleteObjectsCommand,
  type _Error,
  type DeleteObjectCommandInput,
  type DeleteObjectCommandOutput,
  type DeleteObjectsCommandInput,
  type DeleteObjectsCommandOutput,
} from '@aws-sdk/client-s3'
import { S3EncryptionError } from '@s3-cse/core'
import { suffixesOf } from './instruction-file/options.ts'
import { keyOfFile } from './instruction-file/requests.ts'
import { pick } from './members.ts'
import { abortedBy, internal, isPresigned, type Operation } from './operation.ts'
import type { Settings } from './options.ts'
import { requestOptions } from './request-options.ts'

/**
 * Deletes an object, and then its instruction file. With `VersionId` the file stays: it belongs to the newest
 * version.
 */
export function deleteObject({
  client,
  instructionFiles,
}: Settings): Operation<DeleteObjectCommandInput, DeleteObjectCommandOutput> {
  return async (input, next, { abortSignal }) => {
    const suffixes = suffixesOf(requestOptions(input), instructionFiles)
    const output = await next(input)
    if (isPresigned(output) || input.VersionId !== undefined) return output
    for (const suffix of suffixes) {
      const Key = keyOfFile(input.Key, suffix)
      const file = { ...pick(input, ['Bucket', 'RequestPayer', 'ExpectedBucketOwner']), Key }
      await client
        .send(new DeleteObjectCommand(internal(file)), abortedBy(abortSignal))
        .catch((cause: unknown) => {
          throw new S3EncryptionError(
            'ERR_INSTRUCTION_FILE_FAILED',
            `The object was deleted, but its instruction file ${Key} was not. Delete the object again.`,
            { cause },
          )
        })
    }
    return output
  }
}

/** S3 takes no more keys in one request. */
const MOST_KEYS = 1000

/**
 * Deletes objects, and then the instruction files of those that are gone. A file that could not be deleted
 * is among the `Errors`, by its own key.
 */
export function deleteObjects({
  client,
  instructionFiles,
}: Settings): Operation<DeleteObjectsCommandInput, DeleteObjectsCommandOutput> {
  return async (input, next, { abortSignal }) => {
    const suffixes = suffixesOf(requestOptions(input), instructionFiles)
    const output = await next(input)
    if (isPresigned(output)) return output
    const files = [...filesToDelete(input, output, suffixes)]
    const errors: _Error[] = []
    while (files.length > 0) {
      const Objects = files.splice(0, MOST_KEYS).map((Key) => ({ Key }))
      const request = {
        ...pick(input, ['Bucket', 'ChecksumAlgorithm', 'RequestPayer', 'ExpectedBucketOwner']),
        Delete: { Objects, Quiet: true },
      }
      try {
        const { Errors = [] } = await client.send(
          new DeleteObjectsCommand(internal(request)),
          abortedBy(abortSignal),
        )
        errors.push(...Errors)
      } catch (error) {
        // The objects are gone: an error of its own would hide which.
        const { name: Code, message: Message } = error as Error
        errors.push(...Objects.map(({ Key }) => ({ Key, Code, Message })))
      }
    }
    return errors.length === 0
      ? output
      : { ...output, Errors: [...(output.Errors ?? []), ...errors] }
  }
}

/** Keys of instruction files that are neither in the request already nor needed by what is left. */
function filesToDelete(
  { Delete }: DeleteObjectsCommandInput,
  { Errors = [] }: DeleteObjectsCommandOutput,
  suffixes: readonly string[],
): Set<string> {
  const left = new Set(Errors.map(({ Key }) => Key))
  const current = (Delete?.Objects ?? []).filter(({ VersionId }) => VersionId === undefined)
  const asked = new Set(current.map(({ Key }) => Key))
  const gone = current.filter(({ Key }) => !left.has(Key))
  const files = gone.flatMap(({ Key }) => suffixes.map((suffix) => keyOfFile(Key, suffix)))
  return new Set(files.filter((key) => !asked.has(key)))
}
