// SPDX-License-Identifier: Apache-2.0
/**
 * `GetObject`: what comes above this point is authenticated plaintext.
 *
 * @module
 */

import type { GetObjectCommandInput, GetObjectCommandOutput } from '@aws-sdk/client-s3'
import {
  beginDecryption,
  decryptBuffered,
  envelopeFields,
  envelopeMissing,
  needsInstructionFile,
  readEnvelope,
  S3EncryptionError,
  type Bytes,
} from '@s3-cse/core'
import { bodyFrom, discard, responseChunks, type SdkBody } from './body/output.ts'
import type { Operation } from './operation.ts'
import type { Settings } from './options.ts'
import { requestOptions } from './request-options.ts'

/** Decrypts the body once all of it is authenticated. All else passes through. */
export function getObject(
  settings: Settings,
): Operation<GetObjectCommandInput, GetObjectCommandOutput> {
  return async (input, next) => {
    refuseParts(input)
    const output = await next(input)
    // The presigner gets its URL, which reads ciphertext.
    if ('presigned' in output) return output
    return decryptOutput(settings, input, output)
  }
}

async function decryptOutput(
  settings: Settings,
  input: GetObjectCommandInput,
  output: GetObjectCommandOutput,
): Promise<GetObjectCommandOutput> {
  const { keyring, policy, allowUnencryptedObjects } = settings
  const { encryptionContext } = requestOptions(input)
  const Body = output.Body as SdkBody | undefined
  if (Body === undefined) return output
  try {
    const fields = envelopeFields(output.Metadata ?? {})
    if (allowUnencryptedObjects && Object.keys(fields).length === 0) return output
    if (needsInstructionFile(fields)) throw envelopeMissing()
    const envelope = readEnvelope(fields)
    checkBufferSize(settings, output.ContentLength)
    const contentKey = await beginDecryption({ keyring, envelope, policy, encryptionContext })
    const plaintext = await decryptBuffered(contentKey, responseChunks(Body), {
      length: output.ContentLength,
    })
    return Object.assign({}, output, {
      Body: bodyFrom(once(Promise.resolve(plaintext)), Body),
      ContentLength: plaintext.length,
    })
  } catch (error) {
    await discard(Body)
    throw error
  }
}

/**
 * Refuses what cannot be authenticated: a piece of an object.
 *
 * @throws `S3EncryptionError` with `ERR_NOT_SUPPORTED`.
 */
function refuseParts({ Range, PartNumber }: GetObjectCommandInput): void {
  if (Range !== undefined || PartNumber !== undefined) {
    throw new S3EncryptionError(
      'ERR_NOT_SUPPORTED',
      'A part of an encrypted object cannot be authenticated. Read all of it, without Range and PartNumber.',
    )
  }
}

function checkBufferSize({ bufferSize }: Settings, length: number | undefined): void {
  if (length === undefined || length > bufferSize) {
    throw new S3EncryptionError(
      'ERR_BUFFER_LIMIT',
      `The object has ${length ?? 'an unknown number of'} bytes; at most ${bufferSize} are held in memory until they are authenticated. Set a larger bufferSize.`,
    )
  }
}
async function* once(bytes: Promise<Bytes>): AsyncGenerator<Bytes> {
  yield await bytes
}
