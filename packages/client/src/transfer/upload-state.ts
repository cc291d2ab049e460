// SPDX-License-Identifier: Apache-2.0
/**
 * What an interrupted upload needs to be finished, maybe by another process.
 *
 * @module
 */

import type { CompletedPart } from '@aws-sdk/client-s3'
import {
  concat,
  fromBase64,
  S3EncryptionError,
  toBase64,
  type ContentKey,
  type GcmShare,
  type StringMap,
} from '@s3-cse/core'
import type { EnvelopeStorage } from '../instruction-file/options.ts'

/** Plain JSON. It holds no plaintext and no key; nobody can alter it unnoticed. */
export interface UploadState {
  /** Of this format. */
  readonly version: 1
  /** Where the object goes. */
  readonly bucket: string
  /** Key of the object. */
  readonly key: string
  /** What S3 calls the upload. */
  readonly uploadId: string
  /** Bytes of plaintext. */
  readonly length: number
  /** Bytes of each part but the last. */
  readonly partSize: number
  /** Of the source, where the platform has one. */
  readonly fingerprint: string | null
  /** Where the envelope goes. */
  readonly storage: EnvelopeStorage
  /** The envelope. */
  readonly metadata: StringMap
  /** Parts that S3 has. */
  readonly parts: readonly CompletedPart[]
  /**
   * Base64: what each part that was begun adds to the tag, encrypted under the content key. In clear it would
   * betray, with the ciphertext, how to forge tags.
   */
  readonly sealed: string
}

/** The state but for its seal. */
export type OpenState = Omit<UploadState, 'sealed'>

const NONCE = 12 // bytes
const encoder = new TextEncoder()

const importKey = ({ key }: ContentKey) =>
  crypto.subtle.importKey('raw', key, 'AES-GCM', false, ['encrypt', 'decrypt'])

// Of the state, in an order of its own: JSON keeps none.
const bound = (state: OpenState) =>
  encoder.encode(
    JSON.stringify([
      state.version,
      state.bucket,
      state.key,
      state.uploadId,
      state.length,
      state.partSize,
      state.fingerprint,
      state.storage,
      Object.entries(state.metadata).sort(),
    ]),
  )

/** Adds the shares of all parts that were begun, sealed. */
export async function sealState(
  contentKey: ContentKey,
  state: OpenState,
  shares: ReadonlyMap<number, GcmShare>,
): Promise<UploadState> {
  const list = [...shares].map(([number, { ghash, length }]) => [number, toBase64(ghash), length])
  const iv = crypto.getRandomValues(new Uint8Array(NONCE))
  const sealed = await crypto.subtle.encrypt(
    { name: 'AES-GCM', iv, additionalData: bound(state) },
    await importKey(contentKey),
    encoder.encode(JSON.stringify(list)),
  )
  return { ...state, sealed: toBase64(concat(iv, new Uint8Array(sealed))) }
}

/**
 * The shares in a state.
 *
 * @throws `S3EncryptionError` with `ERR_UPLOAD_STATE` if it was altered or belongs to another upload.
 */
export async function openState(
  contentKey: ContentKey,
  state: UploadState,
): Promise<Map<number, GcmShare>> {
  const bytes = fromBase64(state.sealed) ?? new Uint8Array(0)
  try {
    const opened = await crypto.subtle.decrypt(
      { name: 'AES-GCM', iv: bytes.subarray(0, NONCE), additionalData: bound(state) },
      await importKey(contentKey),
      bytes.subarray(NONCE),
    )
    const list = JSON.parse(new TextDecoder().decode(opened)) as [number, string, number][]
    return new Map(
      list.map(([number, ghash, length]) => [
        number,
        { ghash: fromBase64(ghash) ?? new Uint8Array(16), length },
      ]),
    )
  } catch {
    throw stateInvalid('It was altered, or it belongs to another upload.')
  }
}

/** The error for a state that cannot be taken up. */
export function stateInvalid(why: string): S3EncryptionError {
  return new S3EncryptionError(
    'ERR_UPLOAD_STATE',
    `The upload cannot be resumed from this state. ${why}`,
  )
}

/** An upload that may be resumed from its state. */
export class UploadInterruptedError extends S3EncryptionError {
  /** For the option `resume`, in this process or another one. */
  readonly state: UploadState

  /** Made by `upload()`. */
  constructor(state: UploadState, cause: unknown) {
    super(
      'ERR_UPLOAD_INTERRUPTED',
      'The upload was interrupted; the parts that were sent are kept. Resume it with the state of this error, or send AbortMultipartUpload.',
      { cause },
    )
    this.state = state
  }
}
