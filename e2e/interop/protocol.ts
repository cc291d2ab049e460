// SPDX-License-Identifier: Apache-2.0
/**
 * What a peer is asked and what it answers: one JSON object a line, on its standard input and output.
 * Bodies are in files. The first line of a peer is {@link Ready}; logs go to standard error.
 *
 * @module
 */

export interface Ready {
  readonly ready: true
  readonly peer: string
  /** Of the client library that the peer runs. */
  readonly version: string
}

export interface ServerAddress {
  readonly s3: string
  readonly kms: string
  readonly region: string
  readonly accessKeyId: string
  readonly secretAccessKey: string
  /** Of Amazon Cognito at the address of S3, where this library is to get its credentials. */
  readonly identityPoolId?: string
}

/** How a data key is wrapped: the names of `x-amz-wrap-alg`, `AES` and `RSA` being those without one. */
export type Wrapping =
  | 'kms'
  | 'kms+context'
  | 'AES/GCM'
  | 'AESWrap'
  | 'AES'
  | 'RSA-OAEP-SHA1'
  | 'RSA/ECB/OAEPWithSHA-256AndMGF1Padding'
  | 'RSA'

export interface KeyringKeys {
  readonly kind: Wrapping
  /** ARN. */
  readonly kmsKeyId?: string
  /** Base64 of 32 bytes. */
  readonly aesKey?: string
  /** Base64 of PKCS#8 DER. */
  readonly rsaPrivateKey?: string
  /** Base64 of SubjectPublicKeyInfo DER. */
  readonly rsaPublicKey?: string
}

/** How content is encrypted: AES-CBC, AES-GCM, or AES-GCM with key commitment. */
export type Suite = 'cbc' | 'gcm' | 'committing'

/** Commitment policy: of writing, then of reading. */
export type Commitment = 'forbid-allow' | 'require-allow' | 'require-require'

export type Storage = 'metadata' | 'instruction'

export interface Multipart {
  /** Bytes. */
  readonly partSize: number
  readonly parallel: boolean
}

/** Material description that a new keyring writes: it must differ from the old one. */
export const ROTATED = { rotated: 'yes' } as const

/** An operation without what every request carries. */
export interface Operation {
  readonly op: 'put' | 'get' | 'get-range' | 'reencrypt' | 'delete'
  readonly keyring: KeyringKeys
  /** Of `reencrypt`. */
  readonly newKeyring?: KeyringKeys
  readonly suite: Suite
  readonly commitment: Commitment
  /** Whether legacy wrapping and unauthenticated content may be read. */
  readonly legacy: boolean
  readonly storage: Storage
  /** Of the instruction file, with its dot. */
  readonly suffix?: string
  /** Encryption context, or material description of raw keys. */
  readonly context: Readonly<Record<string, string>>
  readonly bucket: string
  readonly key: string
  /** Absolute path: the body to put, or where the plaintext goes. */
  readonly file: string
  readonly range?: string
  readonly multipart?: Multipart
  readonly delayed?: boolean
}

/** Puts or gets as many objects as it says, by one client, at keys that begin with the one given. */
export interface Benchmark extends Omit<Operation, 'op'> {
  readonly op: 'bench'
  readonly bench: {
    readonly of: 'put' | 'get'
    readonly count: number
    /** Bytes of an object. */
    readonly size: number
    /** Objects at a time. */
    readonly concurrency: number
  }
}

export type Request = (Operation | Benchmark) & {
  readonly id: number
  readonly server: ServerAddress
}

export type Answer = { readonly id: number } & Outcome

export type Outcome =
  | {
      readonly ok: true
      /** That a benchmark took. */
      readonly seconds?: number
    }
  | {
      readonly ok: false
      /** `unsupported`: the client has no interface for what was asked. */
      readonly kind: 'unsupported' | 'error'
      readonly error: string
      readonly message: string
    }
