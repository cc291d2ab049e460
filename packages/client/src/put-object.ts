// SPDX-License-Identifier: Apache-2.0
/**
 * `PutObject`: what goes below this point is ciphertext.
 *
 * @module
 */

import type { PutObjectCommandInput, PutObjectCommandOutput } from '@aws-sdk/client-s3'
import {
  beginEncryption,
  checkMetadataSize,
  encryptBytes,
  S3EncryptionError,
  userMetadata,
  writeEnvelope,
} from '@s3-cse/core'
import { bytesOfBody } from './body/input.ts'
import type { Operation } from './operation.ts'
import type { Settings } from './options.ts'
import { refuseChecksums, refusePresigned } from './refusals.ts'
import { requestOptions } from './request-options.ts'

/** Encrypts the body and adds the envelope to the user metadata. All else passes through. */
export function putObject({
  keyring,
  suite,
}: Settings): Operation<PutObjectCommandInput, PutObjectCommandOutput> {
  return async (input, next) => {
    refuseChecksums(input)
    const { encryptionContext } = requestOptions(input)
    const plaintext = await bytesOfBody(input.Body)
    checkLength(input.ContentLength, plaintext.length)
    const { contentKey, envelope } = await beginEncryption({ keyring, suite, encryptionContext })
    const Metadata = {
      ...userMetadata(input.Metadata ?? {}),
      ...writeEnvelope(envelope, plaintext.length),
    }
    checkMetadataSize(Metadata)
    const Body = await encryptBytes(contentKey, plaintext)
    const output = await next({ ...input, Body, ContentLength: Body.length, Metadata })
    refusePresigned(output)
    return output
  }
}

function checkLength(stated: number | undefined, actual: number): void {
  if (stated !== undefined && stated !== actual) {
    throw new S3EncryptionError(
      'ERR_CONTENT_LENGTH',
      `ContentLength says ${stated} bytes, but the body has ${actual}.`,
    )
  }
}
