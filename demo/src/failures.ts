// SPDX-License-Identifier: Apache-2.0
/**
 * What went wrong, with the code of the error, its message and what it means here.
 *
 * @module
 */

import { isS3EncryptionError } from '@s3-cse/browser'
import { element } from './ui.ts'

/** By the code of this library's errors, or by the name of the AWS SDK's. */
const meanings: Readonly<Record<string, string>> = {
  ERR_DECRYPTION_FAILED:
    'The bytes in the bucket are not the ones that were encrypted: somebody or something changed them. None of the content was released.',
  ERR_COMMITMENT_MISMATCH:
    'The data key is not the one that the object commits to. The envelope was altered, or it was made to decrypt differently for different readers.',
  ERR_COMMITMENT_POLICY:
    'You only accept objects with key commitment, and this one has none. If that is fine, choose another answer under “Accept”.',
  ERR_LEGACY_CONTENT_DISABLED:
    'This object uses AES-CBC, which nobody can authenticate. It is read only if you ask for it under “Accept”.',
  ERR_ENCRYPTION_CONTEXT_MISMATCH:
    'The encryption context you expect differs from the one of the object. It might be another object than you think, put in its place. The key was not even asked for.',
  ERR_ENCRYPTION_CONTEXT_RESERVED: 'Choose another name for the entry.',
  ERR_ENVELOPE_MISSING:
    'Either this object was never encrypted by an encryption client, or the CORS rules of the bucket hide its envelope from this page. It is not shown as if it were plaintext.',
  ERR_ENVELOPE_CONFLICT:
    'The metadata describe two formats at once, which no honest writer does. Nothing was decrypted.',
  ERR_ENVELOPE_INVALID: 'The metadata are not an envelope that any encryption client writes.',
  ERR_METADATA_TOO_LARGE: 'Use fewer or shorter entries in the encryption context.',
  ERR_BUFFER_LIMIT:
    'This page holds an object in memory until all of it is authenticated, and this one is too large for that.',
  AccessDenied:
    'S3 refuses the request to these credentials. The bucket policy or their role must allow it.',
  AccessDeniedException:
    'The policy of the KMS key, or the role of these credentials, does not allow this use of the key. Whoever can read the bucket still cannot read the content.',
  IncorrectKeyException: 'The object was encrypted under another KMS key than the one chosen here.',
  InvalidCiphertextException:
    'KMS could not unwrap the data key: its key is another, its region is another, or the encryption context was altered.',
  NotFoundException: 'KMS has no such key in this region. Check the key and its region.',
  DisabledException: 'The KMS key is disabled. Enable it to read its objects again.',
  NoSuchKey: 'The object is no longer there. List the objects again.',
  NoSuchBucket: 'Check the bucket and its region in the settings.',
  NotAuthorizedException: 'Cognito gives no credentials: check that the pool allows guests.',
  ResourceNotFoundException: 'Cognito does not know this identity pool: check its id and region.',
  InvalidAccessKeyId: 'Check the access key in the settings.',
  SignatureDoesNotMatch: 'Check the secret access key in the settings.',
  ExpiredToken: 'The temporary credentials have run out: enter new ones in the settings.',
}

/** Browsers give no name to a request that got no answer, each in its own words. */
const unanswered = /failed to fetch|networkerror|load failed/i

const noAnswer =
  'The service did not answer this page. The CORS rules of the bucket may not allow it, an endpoint may be wrong, or it is outside what this page may talk to: AWS, and this machine.'

export interface Failure {
  /** Stable: the code of this library, or the name of the service's error. */
  readonly code: string
  readonly message: string
  readonly meaning: string | undefined
}

export function failureOf(error: unknown): Failure {
  const { name, message } = error instanceof Error ? error : new Error(String(error))
  if (name === 'TypeError' && unanswered.test(message)) {
    return { code: name, message, meaning: noAnswer }
  }
  const code = isS3EncryptionError(error) ? error.code : name
  return { code, message, meaning: Object.hasOwn(meanings, code) ? meanings[code] : undefined }
}

/** Announced at once when it enters the page. */
export function failureCard(title: string, error: unknown): HTMLElement {
  const { code, message, meaning } = failureOf(error)
  return element(
    'div',
    { class: 'card failure', role: 'alert' },
    element('h4', {}, title),
    element('p', {}, element('code', { class: 'code' }, code)),
    element('p', {}, message),
    ...(meaning === undefined
      ? []
      : [element('p', { class: 'meaning' }, element('strong', {}, 'What it means. '), meaning)]),
  )
}
