// SPDX-License-Identifier: Apache-2.0
/**
 * Decoding of RSA-OAEP after a raw RSA operation: RFC 8017, section 7.1.2, step 3, for the digest
 * SHA-256 with an empty label. MGF1 may have another digest than the rest, which WebCrypto cannot do.
 *
 * @module
 */

import { concat, type Bytes } from '../bytes.ts'
import { subtle } from '../webcrypto.ts'
import { copyMessage, findMessage, isZeroByte, newMessage, type Mask } from './padded-message.ts'

/** Digests that other clients use inside MGF1. */
export type MgfHash = 'SHA-1' | 'SHA-256'

const HASH = 'SHA-256'
const HASH_LENGTH = 32 // bytes

async function digest(hash: MgfHash, bytes: Bytes): Promise<Bytes> {
  return new Uint8Array(await subtle().digest(hash, bytes))
}

/** MGF1: RFC 8017, appendix B.2.1. */
async function mgf1(hash: MgfHash, seed: Bytes, length: number): Promise<Bytes> {
  const digestLength = hash === 'SHA-1' ? 20 : 32
  const digests = Array.from({ length: Math.ceil(length / digestLength) }, (_, counter) => {
    const suffix = new DataView(new ArrayBuffer(4))
    suffix.setUint32(0, counter)
    return digest(hash, concat(seed, new Uint8Array(suffix.buffer)))
  })
  return concat(...(await Promise.all(digests))).subarray(0, length)
}

const xor = (a: Bytes, b: Bytes): Bytes => a.map((byte, i) => byte ^ (b[i] as number))

/** Data block, and whether what stands before its padding is as it must be. */
async function unmask(block: Bytes, mgfHash: MgfHash) {
  const maskedSeed = block.subarray(1, 1 + HASH_LENGTH)
  const masked = block.subarray(1 + HASH_LENGTH)
  const seed = xor(maskedSeed, await mgf1(mgfHash, masked, HASH_LENGTH))
  const data = xor(masked, await mgf1(mgfHash, seed, masked.length))
  const labelHash = await digest(HASH, new Uint8Array(0))
  const difference = labelHash.reduce(
    (bits, byte, i) => bits | (byte ^ (data[i] as number)),
    block[0] as number,
  )
  return { data, valid: isZeroByte(difference) }
}

/**
 * The message of one of the lengths in a block that raw RSA gave, with MGF1 by whichever of the
 * digests fits.
 *
 * One answer for everything that can be wrong, after the same time: what is wrong first would be
 * enough to decrypt (J. Manger, A Chosen Ciphertext Attack on RSA-OAEP, CRYPTO 2001).
 *
 * @param block - as long as the modulus.
 * @returns `undefined` if there is no such message.
 */
export async function decodeOaep(
  block: Bytes,
  mgfHashes: readonly MgfHash[],
  lengths: readonly number[],
): Promise<Bytes | undefined> {
  if (block.length < 2 * HASH_LENGTH + 2 + Math.max(...lengths)) return undefined
  const candidates = await Promise.all(mgfHashes.map((mgfHash) => unmask(block, mgfHash)))
  const message = newMessage()
  let valid: Mask = 0
  let length = 0
  for (const candidate of candidates) {
    const layout = { start: HASH_LENGTH, separator: 1, isPadding: isZeroByte }
    const found = findMessage(candidate.data, layout, lengths)
    const fits = found.valid & candidate.valid
    copyMessage(message, candidate.data, fits)
    valid |= fits
    length |= found.length & fits
  }
  return valid === 0 ? undefined : message.slice(-length)
}
