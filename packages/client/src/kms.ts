// SPDX-License-Identifier: Apache-2.0
/**
 * The KMS keyring on the AWS SDK.
 *
 * @module
 */

import {
  DecryptCommand,
  EncryptCommand,
  GenerateDataKeyCommand,
  KMSClient,
  type KMSClientConfig,
} from '@aws-sdk/client-kms'
import {
  kmsKeyring as coreKeyring,
  S3EncryptionError,
  type Kms,
  type KmsKeyringOptions as CoreOptions,
  type KmsKeySelection,
} from '@s3-cse/core'
import type { KeyringFactory } from './options.ts'
import { USER_AGENT } from './version.ts'

/** How AWS KMS is reached. */
export type KmsConnection =
  | {
      /** A client of your own. Everything about the connection is then its business. */
      readonly client?: KMSClient | undefined
      /** Not beside a client. */
      readonly clientConfig?: undefined
    }
  | {
      /** Not beside a configuration. */
      readonly client?: undefined
      /**
       * Configuration of the client that is made otherwise. Region and credentials are those of the S3
       * client unless given here: a KMS key may lie in another region than the bucket.
       */
      readonly clientConfig?: KMSClientConfig | undefined
    }

/** Options of {@link kmsKeyring}. */
export type KmsKeyringOptions = KmsKeySelection &
  KmsConnection &
  Pick<CoreOptions, 'grantTokens' | 'enableLegacyWrappingAlgorithms'>

/** What a caller without types may give. */
type Untyped = KmsKeySelection & {
  readonly client?: KMSClient | undefined
  readonly clientConfig?: KMSClientConfig | undefined
}

/**
 * A keyring on AWS KMS for `S3EncryptionClient`.
 *
 * @example Key in another region than the bucket
 * ```ts
 * import { kmsKeyring } from '@s3-cse/client'
 *
 * const keyring = kmsKeyring({ keyId: 'alias/app', clientConfig: { region: 'us-east-1' } })
 * ```
 */
export function kmsKeyring(options: KmsKeyringOptions): KeyringFactory {
  const { client, clientConfig, ...rest }: Untyped = options
  if (client !== undefined && clientConfig !== undefined) {
    throw new S3EncryptionError(
      'ERR_CONFIGURATION',
      'Give kmsKeyring() either a client or a clientConfig, not both.',
    )
  }
  return ({ region, credentials }) =>
    coreKeyring({
      ...rest,
      kms: kmsPort(
        client ??
          new KMSClient({ region, credentials, customUserAgent: [USER_AGENT], ...clientConfig }),
      ),
    })
}

/** The port of core on the SDK's client. Errors of the service pass through as they are. */
export function kmsPort(client: KMSClient): Kms {
  return {
    async generateDataKey({ keyId, encryptionContext, grantTokens }) {
      const { Plaintext, CiphertextBlob } = await client.send(
        new GenerateDataKeyCommand({
          KeyId: keyId,
          KeySpec: 'AES_256',
          EncryptionContext: encryptionContext,
          GrantTokens: mutable(grantTokens),
        }),
      )
      return { dataKey: answered(Plaintext), encryptedDataKey: answered(CiphertextBlob) }
    },
    async encrypt({ keyId, dataKey, encryptionContext, grantTokens }) {
      const { CiphertextBlob } = await client.send(
        new EncryptCommand({
          KeyId: keyId,
          Plaintext: dataKey,
          EncryptionContext: encryptionContext,
          GrantTokens: mutable(grantTokens),
        }),
      )
      return answered(CiphertextBlob)
    },
    async decrypt({ keyId, encryptedDataKey, encryptionContext, grantTokens }) {
      const { Plaintext } = await client.send(
        new DecryptCommand({
          KeyId: keyId,
          CiphertextBlob: encryptedDataKey,
          EncryptionContext: encryptionContext,
          GrantTokens: mutable(grantTokens),
        }),
      )
      return answered(Plaintext)
    },
  }
}

const mutable = (tokens: readonly string[] | undefined) => tokens && [...tokens]

function answered(bytes: Uint8Array | undefined): Uint8Array {
  if (bytes === undefined) {
    throw new S3EncryptionError('ERR_DATA_KEY_INVALID', 'AWS KMS answered without a data key.')
  }
  return bytes
}
