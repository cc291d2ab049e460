// SPDX-License-Identifier: Apache-2.0
/**
 * What the checks are run on: the packages as a runtime loads them, and a local AWS.
 *
 * @module
 */

import type * as sdk from '@aws-sdk/client-s3'
import type * as client from '@s3-cse/client'
import type * as core from '@s3-cse/core'

export type Core = typeof core
export type Client = typeof client

/** Everything that a check may use; each runtime imports it in its own way. */
export interface Library {
  readonly core: Core
  /** The adapter of the platform, which re-exports the client. */
  readonly client: Client
  readonly sdk: typeof sdk
  readonly rawRsa: core.RawRsa
  readonly aws: LocalAccount
  readonly traits: Traits
  /** Undefined where no file can be reached without a user's click. */
  readonly files: Files | undefined
}

/** Where the local AWS is, and what it holds. Plain JSON: another process started it. */
export interface LocalAccount {
  readonly s3Config: {
    readonly region: string
    readonly endpoint: string
    readonly forcePathStyle: boolean
    readonly expectContinueHeader?: boolean
    readonly credentials: { readonly accessKeyId: string; readonly secretAccessKey: string }
  }
  readonly kmsConfig: {
    readonly region: string
    readonly endpoint: string
    readonly credentials: { readonly accessKeyId: string; readonly secretAccessKey: string }
  }
  readonly bucket: string
  readonly keyId: string
}

/** How runtimes differ. What one lacks is asserted to be refused. */
export interface Traits {
  /** WebCrypto takes AES keys of 24 bytes. */
  readonly aes192: boolean
  /** S3 is another origin: only the headers that CORS exposes can be seen. */
  readonly crossOrigin: boolean
  /** A page that is isolated from those of other origins. */
  readonly isolated: boolean
}

/** One file, by the sources and sinks of the platform's adapter. */
export interface Files {
  source(): Promise<unknown>
  sink(): Promise<client.Sink>
  write(bytes: core.Bytes): Promise<void>
  read(): Promise<Uint8Array>
}
