// SPDX-License-Identifier: Apache-2.0
/**
 * Where credentials come from: Amazon Cognito, or access keys that the user typed in.
 *
 * @module
 */

import { cognitoCredentials, type S3EncryptionClientConfig } from '@s3-cse/browser'
import type { AwsSettings } from './settings.ts'

export type Credentials = NonNullable<S3EncryptionClientConfig['credentials']>

/** @param endpoint - of another Cognito Identity than that of AWS. */
export function cognito(identityPoolId: string, endpoint?: string): Credentials {
  return cognitoCredentials(
    identityPoolId,
    endpoint === undefined ? {} : { clientConfig: { endpoint } },
  )
}

export function credentialsOf(settings: AwsSettings): Credentials {
  if (settings.credentials === 'cognito') {
    return cognito(settings.identityPoolId, settings.cognitoEndpoint || undefined)
  }
  const { accessKeyId, secretAccessKey, sessionToken } = settings
  return { accessKeyId, secretAccessKey, ...(sessionToken !== '' && { sessionToken }) }
}
