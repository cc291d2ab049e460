// SPDX-License-Identifier: Apache-2.0
/**
 * What is compared: ways to encrypt and decrypt the content of an object by AES-256-GCM.
 *
 * @module
 */

/** Bytes that WebCrypto accepts. */
export type Bytes = Uint8Array<ArrayBuffer>

/** Content piece by piece. */
export type Pieces = AsyncGenerator<Bytes, undefined>

/** The object that every subject works on. It has no AAD. */
export interface TestObject {
  /** Bytes of plaintext. */
  readonly length: number
  /** 32 bytes. */
  readonly key: Bytes
  /** 12 bytes. */
  readonly iv: Bytes
  /** Pieces of up to 1 MiB: views of one buffer, which is never written to. */
  readonly plaintext: () => Pieces
  /** The same, and in the end the tag. */
  readonly ciphertext: () => Pieces
}

/** Takes what a subject gives, piece by piece. */
export type Sink = (bytes: Uint8Array) => void

/** What a subject does with one object. Decryption fails if the tag is wrong. */
export interface Operations {
  readonly encrypt: (sink: Sink) => Promise<void>
  readonly decrypt: (sink: Sink) => Promise<void>
}

/** A way to encrypt. */
export interface Subject {
  /** Bytes of the longest object that it is to be asked for: what is held in memory must fit there. */
  readonly largest: number
  readonly prepare: (object: TestObject) => Promise<Operations> | Operations
}

/** All pieces as one. */
export async function joined(pieces: AsyncIterable<Bytes>, length: number): Promise<Bytes> {
  const bytes = new Uint8Array(length)
  let filled = 0
  for await (const piece of pieces) {
    bytes.set(piece, filled)
    filled += piece.length
  }
  return bytes
}
