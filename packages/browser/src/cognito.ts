// SPDX-License-Identifier: Apache-2.0
/**
 * Temporary credentials for a page, from Amazon Cognito.
 *
 * @module
 */

import {
  fromCognitoIdentityPool,
  type CognitoIdentityCredentialProvider,
  type FromCognitoIdentityPoolParameters,
} from '@aws-sdk/credential-provider-cognito-identity'
import { S3EncryptionError } from '@s3-cse/client'

/** What may be said besides the pool: sign-in tokens (`logins`), a client configuration and the like. */
export type CognitoOptions = Omit<FromCognitoIdentityPoolParameters, 'identityPoolId'>

/**
 * Credentials for the `credentials` option of `S3EncryptionClient`; its KMS keyring uses them too.
 *
 * @param identityPoolId - `region:uuid`. The region of Cognito is taken from it.
 * @throws `S3EncryptionError` with `ERR_CONFIGURATION` if it is of another form.
 */
export function cognitoCredentials(
  identityPoolId: string,
  options: CognitoOptions = {},
): CognitoIdentityCredentialProvider {
  const [region, id] = identityPoolId.split(':')
  if (region === undefined || region === '' || id === undefined || id === '') {
    throw new S3EncryptionError(
      'ERR_CONFIGURATION',
      'The identity pool id must be of the form region:uuid, such as eu-west-1:11111111-2222-3333-4444-555555555555.',
    )
  }
  return fromCognitoIdentityPool({
    ...options,
    identityPoolId,
    clientConfig: { region, ...options.clientConfig },
  })
}
