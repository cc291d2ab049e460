// SPDX-License-Identifier: Apache-2.0
/**
 * A keyring of one's own: data keys from a key service that is reached over HTTP.
 *
 * @module
 */

import { checkWrapping, fromBase64, toBase64, type Keyring, type StringMap } from '@s3-cse/client'

/** Where the key service is, and how it knows its caller. */
export interface KeyService {
  readonly url: string
  readonly token: string
}

/** Data keys from a service that makes, wraps and unwraps them, and authenticates a context. */
export function httpKeyring({ url, token }: KeyService): Keyring {
  const call = async (operation: string, request: object): Promise<Record<string, string>> => {
    const response = await fetch(new URL(operation, url), {
      method: 'POST',
      headers: { authorization: `Bearer ${token}`, 'content-type': 'application/json' },
      body: JSON.stringify(request),
    })
    if (!response.ok) throw new Error(`The key service answered ${response.status} to ${operation}`)
    return (await response.json()) as Record<string, string>
  }

  return {
    async onEncrypt({ suite, encryptionContext, dataKey }) {
      const context = bind(encryptionContext, suite)
      // With a data key there is one already: an instruction file is being re-encrypted.
      const answer =
        dataKey === undefined
          ? await call('generate', { context })
          : await call('wrap', { context, dataKey: toBase64(dataKey) })
      return {
        dataKey: dataKey ?? bytes(answer, 'dataKey'),
        encryptedDataKey: bytes(answer, 'wrapped'),
        // Of the names that the format has, the one whose description is an encryption context.
        wrappingAlgorithm: 'kms+context',
        description: encryptionContext,
      }
    },

    async onDecrypt({ suite, encryptedDataKey, wrappingAlgorithm, encryptionContext }) {
      checkWrapping(wrappingAlgorithm, ['kms+context'], false)
      // The context that the reader expects, not the one that the bucket claims.
      const context = bind(encryptionContext, suite)
      const answer = await call('unwrap', { context, wrapped: toBase64(encryptedDataKey) })
      return bytes(answer, 'dataKey')
    },
  }
}

/** Whoever rewrites the envelope cannot have the data key used with another, weaker cipher. */
function bind(context: StringMap, { contentAlgorithm }: { contentAlgorithm: string }): StringMap {
  return { ...context, contentAlgorithm }
}

function bytes(answer: Record<string, string>, name: string): Uint8Array {
  const value = fromBase64(answer[name] ?? '')
  if (value === undefined) throw new Error(`The key service answered without ${name}`)
  return value
}
