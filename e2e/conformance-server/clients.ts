// SPDX-License-Identifier: Apache-2.0
/**
 * Clients from the model's configuration.
 *
 * @module
 */

import { createPrivateKey, createPublicKey } from 'node:crypto'
import {
  kmsKeyring,
  nodeRsa,
  rawAesKeyring,
  rawRsaKeyring,
  S3EncryptionClient,
  type Keyring,
  type KeyringFactory,
  type S3EncryptionClientConfig,
} from '@s3-cse/node'
import { GenericServerError } from './errors.ts'

/** Blobs are in base64. Exactly one key is there. */
export interface KeyMaterial {
  /** PKCS#8. */
  readonly rsaKey?: string | null
  readonly aesKey?: string | null
  readonly kmsKeyId?: string | null
  readonly materialsDescription?: Readonly<Record<string, string>> | null
}

/** Of the model; what it calls absent may be null. */
export interface ClientConfig {
  readonly enableLegacyUnauthenticatedModes?: boolean | null
  readonly enableDelayedAuthenticationMode?: boolean | null
  readonly enableLegacyWrappingAlgorithms?: boolean | null
  /** Bytes. */
  readonly setBufferSize?: number | null
  readonly keyMaterial?: KeyMaterial | null
  readonly commitmentPolicy?: string | null
  readonly encryptionAlgorithm?: string | null
  readonly instructionFileConfig?: {
    readonly enableInstructionFilePutObject?: boolean | null
    readonly disableInstructionFile?: boolean | null
  } | null
}

export interface Client {
  readonly s3: S3EncryptionClient
  /** With raw keys, what a request says about its context is for clients that have no keyrings. */
  readonly knowsContext: boolean
}

/** @throws `S3EncryptionError` for what the library refuses, `GenericServerError` for what is no configuration. */
export function createClient(config: ClientConfig): Client {
  const material = config.keyMaterial ?? {}
  const { instructionFileConfig } = config
  const settings = {
    ...(process.env['AWS_ENDPOINT_URL_S3'] === undefined ? {} : { forcePathStyle: true }),
    keyring: keyringOf(material, config.enableLegacyWrappingAlgorithms ?? false),
    commitmentPolicy: config.commitmentPolicy ?? undefined,
    algorithmSuite: config.encryptionAlgorithm ?? undefined,
    enableLegacyUnauthenticatedModes: config.enableLegacyUnauthenticatedModes ?? undefined,
    delayedAuthentication: config.enableDelayedAuthenticationMode ?? undefined,
    bufferSize: config.setBufferSize ?? undefined,
    storage:
      instructionFileConfig?.enableInstructionFilePutObject === true
        ? 'instruction-file'
        : 'metadata',
    ignoreInstructionFiles: instructionFileConfig?.disableInstructionFile ?? undefined,
  }
  return {
    // The library checks the names and the combinations: that is part of what is tested.
    s3: new S3EncryptionClient(settings as S3EncryptionClientConfig),
    knowsContext: typeof material.kmsKeyId === 'string',
  }
}

/** A keyring on the one key of the material. */
export function keyringOf(
  { rsaKey, aesKey, kmsKeyId, materialsDescription }: KeyMaterial,
  enableLegacyWrappingAlgorithms: boolean,
): Keyring | KeyringFactory {
  const keys = [rsaKey, aesKey, kmsKeyId].filter((key) => typeof key === 'string')
  if (keys.length !== 1) {
    throw new GenericServerError(
      400,
      'keyMaterial must be exactly one of rsaKey, aesKey and kmsKeyId.',
    )
  }
  const common = {
    enableLegacyWrappingAlgorithms,
    materialDescription: materialsDescription ?? undefined,
  }
  if (typeof aesKey === 'string') {
    return rawAesKeyring({ ...common, wrappingKey: Buffer.from(aesKey, 'base64') })
  }
  if (typeof rsaKey === 'string') {
    const privateKey = Buffer.from(rsaKey, 'base64')
    return rawRsaKeyring({
      ...common,
      privateKey,
      publicKey: publicKeyOf(privateKey),
      rsa: nodeRsa,
    })
  }
  const keyId = kmsKeyId ?? ''
  const region = /^arn:[^:]*:kms:([^:]+):/.exec(keyId)?.[1]
  return kmsKeyring({
    keyId,
    enableLegacyWrappingAlgorithms,
    ...(region === undefined ? {} : { clientConfig: { region } }),
  })
}

/** SubjectPublicKeyInfo of a PKCS#8 private key. */
function publicKeyOf(pkcs8: Buffer): Buffer {
  const privateKey = createPrivateKey({ key: pkcs8, format: 'der', type: 'pkcs8' })
  return createPublicKey(privateKey).export({ format: 'der', type: 'spki' })
}
