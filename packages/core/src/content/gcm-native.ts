// SPDX-License-Identifier: Apache-2.0
/**
 * The native calls that AES-GCM by the piece is made of, under one key and IV.
 *
 * **The first counter of a GCM call is chosen through its IV.** From an IV v of 16 bytes GCM computes
 * its first counter block as J = v·H^2 + L·H, where L is the block of the number 128, the length of v
 * in bits (NIST SP 800-38D, section 7.1, step 2). The piece that begins at block b of the content
 * needs J = inc^b(J0). Hence v = (J + L·H)·H^-2 = J·H^-2 + L·H^-1.
 *
 * @module
 */

import type { Bytes } from '../bytes.ts'
import { subtle } from '../webcrypto.ts'
import type { ContentKey } from './content-key.ts'
import { applyKeyStream, counterAt, counterBlock, counterBlockAt, importCtrKey } from './ctr.ts'
import { add, fromBlock, inverse, multiply, square, toBlock, type FieldElement } from './gf128.ts'
import { importContentKey } from './import-key.ts'

const BLOCK = 16 // bytes
const TAG_LENGTH = 128 // bits
const ZERO_BLOCK = new Uint8Array(BLOCK)
const NOTHING = new Uint8Array(0)
const LONG_IV_LENGTH = fromBlock(Uint8Array.of(...new Uint8Array(15), 128)) // L: 16 bytes are 128 bits

/** Native calls; each reads its input before it returns. Offsets are bytes, multiples of 16. */
export interface GcmNative {
  /** H. Secret. */
  readonly hashKey: FieldElement
  /** E(J0), which masks the tag. Secret. */
  readonly tagMask: FieldElement
  /** Key stream block before the content at `offset`: E(inc^b(J0)). */
  maskBefore(offset: number): Promise<Bytes>
  /** Content at `offset`, encrypted or decrypted by AES-CTR. */
  keyStream(offset: number, bytes: Bytes): Promise<Bytes>
  /**
   * Content at `offset`, encrypted by AES-GCM without AAD: ciphertext, then the tag of a message
   * of its own whose J0 is inc^b(J0).
   */
  seal(offset: number, plaintext: Bytes): Promise<Bytes>
  /** GMAC: tag of `aad` and no content, under the IV of the object. */
  gmac(aad: Bytes): Promise<Bytes>
}

/** Imports the key and computes what the calls need: two rounds of native calls. */
export async function gcmNative(content: ContentKey): Promise<GcmNative> {
  const iv = content.iv.slice() // the caller may wipe out what it has
  const webcrypto = subtle()
  const [gcmKey, ctrKey] = await Promise.all([
    importContentKey(content, 'AES-GCM', ['encrypt']),
    importCtrKey(content),
  ])

  // The key stream of AES-CTR is the encryption of its counter blocks.
  const encryptBlock = (block: Bytes) => applyKeyStream(ctrKey, block, ZERO_BLOCK)
  const [hashKey, tagMask] = await Promise.all([
    encryptBlock(ZERO_BLOCK).then(fromBlock),
    encryptBlock(counterBlock(iv, 1)).then(fromBlock),
  ])
  const inverseHashKey = inverse(hashKey)
  const inverseSquare = square(inverseHashKey)
  const lengthTerm = multiply(LONG_IV_LENGTH, inverseHashKey)

  /** The counter block before the first one of the content at `offset`: inc^b(J0). */
  const blockBefore = (offset: number) => counterBlock(iv, counterAt(offset, 0) - 1)

  const gcm = async (algorithm: Omit<AesGcmParams, 'name' | 'tagLength'>, plaintext: Bytes) => {
    const params = { name: 'AES-GCM', tagLength: TAG_LENGTH, ...algorithm }
    return new Uint8Array(await webcrypto.encrypt(params, gcmKey, plaintext))
  }

  return {
    hashKey,
    tagMask,
    maskBefore: (offset) => encryptBlock(blockBefore(offset)),
    keyStream: (offset, bytes) =>
      applyKeyStream(ctrKey, counterBlockAt(iv, offset, bytes.length), bytes),
    seal(offset, plaintext) {
      const before = fromBlock(blockBefore(offset))
      const solved = toBlock(add(multiply(before, inverseSquare), lengthTerm))
      return gcm({ iv: solved }, plaintext)
    },
    gmac: (aad) => gcm({ iv, additionalData: aad }, NOTHING),
  }
}
