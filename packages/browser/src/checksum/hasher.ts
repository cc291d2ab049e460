// SPDX-License-Identifier: Apache-2.0
/**
 * Checksums of bytes that lie in memory, computed so that the page stays responsive.
 *
 * @module
 */

import type { Bytes } from '@s3-cse/core'
import { breathe } from '../responsive.ts'
import { crc32 } from './crc32.ts'

/** Where checksums are computed: on this thread, or on others. */
export interface Hasher {
  /** CRC-32, an unsigned number. */
  crc32(bytes: Bytes): Promise<number>
  /** SHA-256, 32 bytes. */
  sha256(bytes: Bytes): Promise<Bytes>
}

const SLICE = 2 ** 20 // bytes: a few milliseconds

/** On the thread that asks, with pauses. */
export const onThisThread: Hasher = {
  async crc32(bytes) {
    let crc = 0
    for (let at = 0; at < bytes.length; at += SLICE) {
      await breathe()
      crc = crc32(crc, bytes.subarray(at, at + SLICE))
    }
    return crc
  },
  async sha256(bytes) {
    await breathe()
    return new Uint8Array(await crypto.subtle.digest('SHA-256', bytes))
  },
}
