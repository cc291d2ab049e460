// SPDX-License-Identifier: Apache-2.0
/**
 * The checksums that uploads need, in the shape that the AWS SDK asks for. Its own for browsers are slow:
 * CRC-32 takes one byte at a time, and SHA-256 leaves WebCrypto for JavaScript from 8 MiB on.
 *
 * @module
 */

import type { S3ClientConfig } from '@aws-sdk/client-s3'
import { asBytes, concat, type Bytes } from '@s3-cse/core'
import { crc32 } from './crc32.ts'
import type { Hasher } from './hasher.ts'

type Constructors = NonNullable<S3ClientConfig['checksumAlgorithms']>

/** What the SDK makes for each body. */
export type Crc32Constructor = NonNullable<Constructors['CRC32']>
/** What the SDK makes for each body, and for each step of a signature. */
export type Sha256Constructor = NonNullable<S3ClientConfig['sha256']>

const LARGE = 2 ** 16 // bytes: from here on it is worth its own task

/** CRC-32 for `checksumAlgorithms`. A body in one piece goes to the hasher, a stream is hashed as it comes. */
export function crc32Checksum(hasher: Hasher): Crc32Constructor {
  return class Crc32 {
    readonly digestLength = 4
    #crc = 0
    /** All there was so far, where that is one large piece. */
    #whole: Bytes | undefined
    #empty = true

    update(data: Uint8Array): void {
      if (this.#empty && data.length >= LARGE) {
        this.#whole = asBytes(data)
      } else {
        if (this.#whole !== undefined) this.#crc = crc32(0, this.#whole)
        this.#whole = undefined
        this.#crc = crc32(this.#crc, data)
      }
      this.#empty = false
    }

    async digest(): Promise<Uint8Array> {
      const crc = this.#whole === undefined ? this.#crc : await hasher.crc32(this.#whole)
      const digest = new Uint8Array(4)
      new DataView(digest.buffer).setUint32(0, crc)
      return digest
    }

    reset(): void {
      this.#crc = 0
      this.#whole = undefined
      this.#empty = true
    }
  }
}

const HMAC = { name: 'HMAC', hash: 'SHA-256' }
const encoder = new TextEncoder()

function bytesOf(data: string | ArrayBuffer | ArrayBufferView): Bytes {
  if (typeof data === 'string') return encoder.encode(data)
  return ArrayBuffer.isView(data) ? asBytes(data) : new Uint8Array(data)
}

/** SHA-256 for `sha256`, and HMAC with it if there is a secret: native, whatever the length. */
export function sha256Checksum(hasher: Hasher): Sha256Constructor {
  return class Sha256 {
    readonly digestLength = 32
    readonly #secret: Bytes | undefined
    #pieces: Bytes[] = []

    constructor(secret?: string | ArrayBuffer | ArrayBufferView) {
      this.#secret = secret === undefined ? undefined : bytesOf(secret)
    }

    update(data: string | ArrayBuffer | ArrayBufferView): void {
      this.#pieces.push(bytesOf(data))
    }

    async digest(): Promise<Uint8Array> {
      const [first, ...others] = this.#pieces
      const message = first !== undefined && others.length === 0 ? first : concat(...this.#pieces)
      if (this.#secret === undefined) {
        if (message.length >= LARGE) return hasher.sha256(message)
        return new Uint8Array(await crypto.subtle.digest('SHA-256', message))
      }
      const key = await crypto.subtle.importKey('raw', this.#secret, HMAC, false, ['sign'])
      return new Uint8Array(await crypto.subtle.sign('HMAC', key, message))
    }

    reset(): void {
      this.#pieces = []
    }
  }
}
