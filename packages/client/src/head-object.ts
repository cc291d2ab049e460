// SPDX-License-Identifier: Apache-2.0
/**
 * `HeadObject`: the length of the plaintext, and what can be told of the encryption without a key.
 *
 * @module
 */

import type { HeadObjectCommandInput, HeadObjectCommandOutput } from '@aws-sdk/client-s3'
import { envelopeFields, summarizeEnvelope, type EnvelopeSummary } from '@s3-cse/core'
import { isPartial, parseContentRange } from './content-range.ts'
import type { Operation } from './operation.ts'

/** What `HeadObject` answers. */
export type EncryptedHeadObjectOutput = HeadObjectCommandOutput & {
  /**
   * Of an encrypted object. Where it has no `plaintextLength`, or a range or part was asked for,
   * `ContentLength` counts bytes of ciphertext.
   */
  readonly ClientSideEncryption?: EnvelopeSummary
}

/** Reads the envelope. It makes no other request: neither for a key nor for an instruction file. */
export function headObject(): Operation<HeadObjectCommandInput, EncryptedHeadObjectOutput> {
  return async (input, next) => {
    const output = await next(input)
    const { ContentLength, ContentRange, Metadata = {} } = output
    const partial = isPartial(output)
    const storedLength = partial ? parseContentRange(ContentRange)?.objectLength : ContentLength
    const summary = summarizeEnvelope(envelopeFields(Metadata), storedLength)
    if (summary === undefined) return output
    return Object.assign({}, output, {
      ClientSideEncryption: summary,
      ContentLength: partial ? ContentLength : (summary.plaintextLength ?? ContentLength),
    })
  }
}
