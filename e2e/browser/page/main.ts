// SPDX-License-Identifier: Apache-2.0
/**
 * Gives the tests, which run in this page, what they work with.
 *
 * @module
 */

import * as browser from '@s3-cse/browser'
import { GetObjectCommand, S3Client } from '@aws-sdk/client-s3'
import { firstDifference, generatedSource } from './generated.ts'

/** What a test says about its client. */
export interface ClientSettings {
  readonly s3Config: {
    readonly region: string
    readonly endpoint: string
    readonly forcePathStyle: true
    readonly credentials: { readonly accessKeyId: string; readonly secretAccessKey: string }
  }
  /** 32 bytes. */
  readonly wrappingKey: readonly number[]
}

const harness = {
  ...browser,
  GetObjectCommand,
  S3Client,
  generatedSource,
  firstDifference,
  client({ s3Config, wrappingKey }: ClientSettings, workers?: browser.WorkerPool) {
    const keyring = browser.rawAesKeyring({ wrappingKey: Uint8Array.from(wrappingKey) })
    return new browser.S3EncryptionClient({ ...s3Config, keyring, workers })
  },
  /** Bytes that everybody can compute: of a linear congruential generator. */
  generated(length: number, seed = 1): Uint8Array<ArrayBuffer> {
    const words = new Uint32Array(Math.ceil(length / 4))
    let state = seed
    for (let i = 0; i < words.length; i++) {
      state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0
      words[i] = state
    }
    return new Uint8Array(words.buffer, 0, length)
  },
  async sha256(content: BufferSource): Promise<string> {
    const digest = new Uint8Array(await crypto.subtle.digest('SHA-256', content))
    return Array.from(digest, (byte) => byte.toString(16).padStart(2, '0')).join('')
  },
  /** The code of an error, or its name. */
  async failure(promise: Promise<unknown>): Promise<string> {
    try {
      await promise
      return 'nothing failed'
    } catch (error) {
      const { code, name } = error as { code?: string; name: string }
      return typeof code === 'string' ? code : name
    }
  },
}

declare global {
  var cse: typeof harness
}

globalThis.cse = harness
