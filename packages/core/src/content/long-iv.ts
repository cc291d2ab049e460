// SPDX-License-Identifier: Apache-2.0
/**
 * Whether this platform can encrypt AES-GCM pieces by one call.
 *
 * @module
 */

import { equalConstantTime } from '../bytes.ts'
import { subtle } from '../webcrypto.ts'

/** Tag of AES-256-GCM for key, IV and message zero: 32, 16 and no bytes. */
const KNOWN_TAG = Uint8Array.from([
  0x83, 0x12, 0x35, 0x7a, 0x21, 0x11, 0xea, 0x33, 0xb1, 0xb6, 0x7e, 0xb2, 0xfe, 0x05, 0xfe, 0x86,
])

async function tryLongIv(): Promise<boolean> {
  const webcrypto = subtle()
  const zero = await webcrypto.importKey('raw', new Uint8Array(32), 'AES-GCM', false, ['encrypt'])
  const algorithm = { name: 'AES-GCM', iv: new Uint8Array(16), tagLength: 128 }
  try {
    const tag = await webcrypto.encrypt(algorithm, zero, new Uint8Array(0))
    return equalConstantTime(new Uint8Array(tag), KNOWN_TAG)
  } catch {
    return false
  }
}

let found: Promise<boolean> | undefined

/**
 * Whether the platform's AES-GCM takes IVs of 16 bytes and hashes them as NIST SP 800-38D, section
 * 7.1, step 2, demands. Found by trying, once.
 */
export function acceptsLongIv(): Promise<boolean> {
  found ??= tryLongIv()
  return found
}
