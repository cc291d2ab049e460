// SPDX-License-Identifier: Apache-2.0
/**
 * Error codes of KMS and Cognito Identity. All are status 400, which AWS JSON 1.1 uses for whatever
 * is the client's fault.
 *
 * @module
 */

import { AwsError } from '../aws-error.ts'
import type { Refusal } from '../sigv4.ts'

export type ApiErrorCode =
  | 'AccessDeniedException'
  | 'AlreadyExistsException'
  | 'DisabledException'
  | 'ExpiredTokenException'
  | 'IncompleteSignature'
  | 'IncorrectKeyException'
  | 'InvalidAliasNameException'
  | 'InvalidCiphertextException'
  | 'InvalidSignatureException'
  | 'KMSInvalidStateException'
  | 'MalformedPolicyDocumentException'
  | 'MissingAuthenticationToken'
  | 'NotAuthorizedException'
  | 'NotFoundException'
  | 'ResourceNotFoundException'
  | 'SerializationException'
  | 'UnknownOperationException'
  | 'UnrecognizedClientException'
  | 'UnsupportedOperationException'
  | 'ValidationException'

export const apiError = (code: ApiErrorCode, message?: string): AwsError =>
  new AwsError(400, code, message)

export const refusals: Readonly<Record<Refusal, ApiErrorCode>> = {
  malformed: 'IncompleteSignature',
  missing: 'MissingAuthenticationToken',
  'unknown-key': 'UnrecognizedClientException',
  'wrong-token': 'UnrecognizedClientException',
  'expired-token': 'ExpiredTokenException',
  skewed: 'InvalidSignatureException',
  expired: 'InvalidSignatureException',
  'unsigned-headers': 'InvalidSignatureException',
  mismatch: 'InvalidSignatureException',
}
