// SPDX-License-Identifier: Apache-2.0
/**
 * What a pool and its workers say to each other.
 *
 * @module
 */

import type {
  Bytes,
  ContentKey,
  EncryptedPiece,
  ErrorCode,
  GcmShare,
  GcmTuning,
  UnverifiedPiece,
} from '@s3-cse/core'

/** What a worker can be asked. Ciphers are known by a number that the pool gives them. */
export interface Tasks {
  /** Prepares a cipher; the key is wiped out, it is the worker's own copy. */
  readonly open: (cipher: number, key: ContentKey, tuning: GcmTuning) => void
  /** Lets go of a cipher and its key. */
  readonly forget: (cipher: number) => void
  readonly encryptAt: (cipher: number, offset: number, plaintext: Bytes) => Promise<EncryptedPiece>
  readonly decryptAt: (
    cipher: number,
    offset: number,
    ciphertext: Bytes,
  ) => Promise<UnverifiedPiece>
  readonly authenticate: (cipher: number, ciphertext: Bytes) => Promise<GcmShare>
  readonly crc32: (bytes: Bytes) => number
  readonly sha256: (bytes: Bytes) => Promise<Bytes>
}

/** A task by its name. */
export interface Request<Name extends keyof Tasks = keyof Tasks> {
  /** Of the answer. */
  readonly id: number
  readonly task: Name
  readonly args: Parameters<Tasks[Name]>
}

/** An error, as far as it can be cloned. */
export interface Failure {
  readonly name: string
  readonly message: string
  readonly code?: ErrorCode | undefined
}

/** The answer to a request. */
export type Reply = { readonly id: number } & (
  { readonly result: unknown } | { readonly failure: Failure }
)

const SMALL = 1024 // bytes

/**
 * The buffers of the content in some arguments or a result, to be moved instead of copied. Keys and
 * shares, which may belong to somebody else too, are copied.
 */
export function buffersIn(value: unknown): ArrayBuffer[] {
  if (ArrayBuffer.isView(value)) {
    return value.byteLength < SMALL ? [] : [value.buffer as ArrayBuffer]
  }
  if (typeof value !== 'object' || value === null) return []
  return Object.values(value).flatMap(buffersIn)
}
