// SPDX-License-Identifier: Apache-2.0
/**
 * The envelope of an object that was asked for.
 *
 * @module
 */

import type { GetObjectCommandOutput } from '@aws-sdk/client-s3'
import {
  envelopeFields,
  envelopeMissing,
  needsInstructionFile,
  readEnvelope,
  type Envelope,
} from '@s3-cse/core'
import type { Settings } from './options.ts'

/**
 * The envelope in a response; undefined for an object that is not encrypted, where such are allowed.
 *
 * @throws `S3EncryptionError`, as `readEnvelope`.
 */
export function storedEnvelope(
  { allowUnencryptedObjects }: Settings,
  { Metadata }: Pick<GetObjectCommandOutput, 'Metadata'>,
): Envelope | undefined {
  const fields = envelopeFields(Metadata ?? {})
  if (allowUnencryptedObjects && Object.keys(fields).length === 0) return undefined
  if (needsInstructionFile(fields)) throw envelopeMissing()
  return readEnvelope(fields)
}
