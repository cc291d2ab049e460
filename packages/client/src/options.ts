// SPDX-License-Identifier: Apache-2.0
/**
 * Options of the encryption client.
 *
 * @module
 */

import type { S3Client, S3ClientResolvedConfig } from '@aws-sdk/client-s3'
import { S3EncryptionError, streamSettings, suiteForEncryption } from '@s3-cse/core'
import type {
  AlgorithmSuite,
  ContentOptions,
  DecryptionPolicy,
  EncryptionPolicy,
  Keyring,
} from '@s3-cse/core'
import { authentication, type Authentication, type AuthenticationMode } from './authentication.ts'
import {
  instructionFileSettings,
  type InstructionFileClientOptions,
  type InstructionFileSettings,
} from './instruction-file/options.ts'
import type { Uploads } from './multipart/commands.ts'
import { checkSwitches } from './switches.ts'
import {
  transferSettings,
  type TransferOptions,
  type TransferSettings,
} from './transfer/options.ts'

/**
 * A keyring made from the S3 client's own configuration, so that region and credentials need not be
 * said twice. `kmsKeyring()` returns one.
 */
export type KeyringFactory = (config: S3ClientResolvedConfig) => Keyring

/** What the encryption client needs to know besides the configuration of `S3Client`. */
export type S3EncryptionOptions = EncryptionPolicy &
  DecryptionPolicy &
  TransferOptions &
  InstructionFileClientOptions &
  AuthenticationMode & {
    /** Makes, wraps and unwraps data keys. */
    readonly keyring: Keyring | KeyringFactory
    /**
     * Pass objects without an envelope through as they are. Whoever can write to the bucket can then
     * put plaintext in the place of an encrypted object, and in a browser an encrypted object whose
     * envelope headers CORS hides comes back as ciphertext.
     *
     * @defaultValue false
     */
    readonly allowUnencryptedObjects?: boolean | undefined
    /** How content is worked through: chunk size, chunks at a time, and where. */
    readonly content?: ContentOptions | undefined
    /**
     * Answer a suffix range (`bytes=-40`) with the last bytes of the content, as S3 does of a plain object.
     * The official clients take it for no range, and so does this one unless told otherwise: all of the
     * object is read, and authenticated.
     *
     * @defaultValue false
     */
    readonly enableSuffixRanges?: boolean | undefined
  }

/** The options once they are checked. */
export interface Settings {
  readonly client: S3Client
  readonly keyring: Keyring
  readonly suite: AlgorithmSuite
  readonly policy: DecryptionPolicy
  readonly transfer: TransferSettings
  readonly authentication: Authentication
  readonly uploads: Uploads
  readonly instructionFiles: InstructionFileSettings
  readonly allowUnencryptedObjects: boolean
  readonly content: ContentOptions
  readonly enableSuffixRanges: boolean
}

const configuration = (message: string) => new S3EncryptionError('ERR_CONFIGURATION', message)

/**
 * Checks the options, once, at construction.
 *
 * @throws `S3EncryptionError` with `ERR_CONFIGURATION`.
 */
export function checkOptions(client: S3Client, options: S3EncryptionOptions): Settings {
  checkSwitches(options, [
    'allowUnencryptedObjects',
    'enableLegacyUnauthenticatedModes',
    'enableSuffixRanges',
    'ignoreInstructionFiles',
  ])
  const { keyring } = options
  const suite = suiteForEncryption(options)
  return {
    client,
    keyring: keyringFor(client, keyring, 'keyring'),
    suite,
    policy: {
      commitmentPolicy: options.commitmentPolicy,
      enableLegacyUnauthenticatedModes: options.enableLegacyUnauthenticatedModes,
    },
    transfer: transferSettings(options),
    authentication: authentication(options),
    uploads: new Map(),
    instructionFiles: instructionFileSettings(options),
    allowUnencryptedObjects: options.allowUnencryptedObjects ?? false,
    enableSuffixRanges: options.enableSuffixRanges ?? false,
    content: checkContent(options.content),
  }
}

function checkContent(content: ContentOptions = {}): ContentOptions {
  try {
    streamSettings(content)
    return content
  } catch (error) {
    throw configuration(`content.${(error as Error).message}.`)
  }
}

/**
 * A keyring for a client.
 *
 * @throws `S3EncryptionError` with `ERR_CONFIGURATION` if it is none.
 */
export function keyringFor(
  client: S3Client,
  given: Keyring | KeyringFactory | undefined,
  name: string,
): Keyring {
  const keyring = typeof given === 'function' ? given(client.config) : given
  if (typeof keyring?.onEncrypt !== 'function' || typeof keyring.onDecrypt !== 'function') {
    throw configuration(`A keyring is needed, for example ${name}: kmsKeyring({ keyId }).`)
  }
  return keyring
}
