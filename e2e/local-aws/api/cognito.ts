// SPDX-License-Identifier: Apache-2.0
/**
 * Operations of Cognito Identity: credentials for whoever asks, for an hour.
 *
 * @module
 */

import { randomUUID } from 'node:crypto'
import type { CredentialStore } from '../credentials.ts'
import { apiError } from './errors.ts'
import { text, type Input } from './input.ts'

/** Always the same, so that a configuration outlives a restart. */
export const IDENTITY_POOL_ID = 'us-east-1:5c5e0e4a-6d3f-4b7e-9a51-0c0a1f2e3d4b'

export interface CognitoCall {
  readonly credentials: CredentialStore
  readonly identities: Set<string>
  readonly input: Input
}

export const cognitoOperations: Readonly<Record<string, (call: CognitoCall) => unknown>> = {
  GetId({ identities, input }) {
    const pool = text(input, 'IdentityPoolId')
    if (pool !== IDENTITY_POOL_ID) {
      throw apiError('ResourceNotFoundException', `IdentityPool '${pool}' not found.`)
    }
    const id = `${IDENTITY_POOL_ID.split(':')[0] ?? ''}:${randomUUID()}`
    identities.add(id)
    return { IdentityId: id }
  },

  GetCredentialsForIdentity({ credentials, identities, input }) {
    const id = text(input, 'IdentityId')
    if (!identities.has(id)) {
      throw apiError('ResourceNotFoundException', `Identity '${id}' not found.`)
    }
    const { accessKeyId, secretAccessKey, sessionToken, expiration } = credentials.issue()
    return {
      IdentityId: id,
      Credentials: {
        AccessKeyId: accessKeyId,
        SecretKey: secretAccessKey,
        SessionToken: sessionToken,
        Expiration: Math.floor(expiration / 1000),
      },
    }
  },
}
