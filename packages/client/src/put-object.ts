// SPDX-License-Identifier: Apache-2.0
/**
 * `PutObject`: what goes below this point is ciphertext.
 *
 * @module
 */

import type { PutObjectCommandInput, PutObjectCommandOutput } from '@aws-sdk/client-s3'
import { beginEncryption, ciphertextLength, encryptStream, type Bytes } from '@s3-cse/core'
import { checkStatedLength, readBody } from './body/read.ts'
import { openBody, type PlainBody } from './body/source.ts'
import { placeEnvelope } from './instruction-file/place-envelope.ts'
import type { Operation } from './operation.ts'
import type { Settings } from './options.ts'
import { refuseAppending, refuseChecksums, refusePresigned } from './refusals.ts'
import { requestOptions } from './request-options.ts'
import { transferSettings } from './transfer/options.ts'
import { progressOf } from './transfer/progress.ts'
import { uploadCiphertext } from './transfer/stream-upload.ts'

/**
 * Encrypts the body and adds the envelope to the user metadata. All else passes through. What does not
 * fit one part goes up as a multipart upload.
 */
export function putObject(
  settings: Settings,
): Operation<PutObjectCommandInput, PutObjectCommandOutput> {
  const { client, keyring, suite, content } = settings
  return async (input, next, { abortSignal }) => {
    refuseChecksums(input)
    refuseAppending(input)
    const options = requestOptions(input)
    const { encryptionContext } = options
    const transfer = transferSettings(options, settings.transfer)
    const body = await openBody(input.Body)
    try {
      const length = plaintextLength(body, input.ContentLength)
      const { contentKey, envelope } = await beginEncryption({ keyring, suite, encryptionContext })
      const placing = { ...options, length, abortSignal }
      const { metadata, publish } = placeEnvelope(settings, input, envelope, placing)
      const single = (Body: Bytes) =>
        publish(input, async (before) => {
          const ciphertext = { Body, ContentLength: Body.length, Metadata: { ...metadata } }
          const output = await next({ ...input, ...ciphertext }, before)
          refusePresigned(output)
          return output
        })
      const ciphertext = encryptStream(contentKey, readBody(body), { ...content, length })
      const total = length === undefined ? undefined : ciphertextLength(contentKey, length)
      return await uploadCiphertext(ciphertext, {
        client,
        input,
        transfer,
        length: total,
        abortSignal,
        metadata,
        publish,
        single,
        onSent: progressOf(options, total),
      })
    } finally {
      await body.close()
    }
  }
}

/** Bytes of plaintext, if they are known before it is read. */
function plaintextLength(body: PlainBody, stated: number | undefined): number | undefined {
  if (body.kind === 'stream') return stated
  checkStatedLength(stated, body.size)
  return body.size
}
