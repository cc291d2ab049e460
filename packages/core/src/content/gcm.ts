// SPDX-License-Identifier: Apache-2.0
/**
 * AES-GCM by the piece, on a WebCrypto that only knows whole messages: the pieces of one object in
 * any order, side by side, each by one native call, with the ciphertext and the tag that one call for
 * the whole would give (NIST SP 800-38D, section 7).
 *
 * @module
 */

import { equalConstantTime, type Bytes } from '../bytes.ts'
import type { ContentKey } from './content-key.ts'
import { gcmNative } from './gcm-native.ts'
import { gcmPasses, lengthBlock, type Pass, type Piece } from './gcm-passes.ts'
import { EMPTY_SHARE, mergeShares, shareOfPadded, type GcmShare } from './gcm-share.ts'
import { add, fromBlock, multiply, toBlock } from './gf128.ts'
import { checkContentLength } from './limits.ts'
import { fastestStrategy, type GcmStrategy } from './gcm-strategy.ts'
import { acceptsLongIv } from './long-iv.ts'
import { keepFreedMemory } from './release.ts'

const GCM_IV = 12 // bytes

/** What may be tuned; the bytes are the same. */
export interface GcmTuning {
  /** @default the fastest, found by trying, once */
  readonly strategy?: GcmStrategy | undefined
  /**
   * Whether the platform's AES-GCM takes IVs of 16 bytes. If not, encryption needs two passes too,
   * and decryption is always `ctr-gmac`.
   *
   * @default found by trying, once
   */
  readonly longIv?: boolean | undefined
}

/** A piece of the content, encrypted. */
export interface EncryptedPiece {
  /** As long as the plaintext. */
  readonly ciphertext: Bytes
  /** What the piece adds to the tag. Secret. */
  readonly share: GcmShare
}

/** A piece of the content, decrypted but **not authenticated**: only {@link GcmCipher.verify} does. */
export interface UnverifiedPiece {
  /** As long as the ciphertext. */
  readonly plaintext: Bytes
  /** What the piece adds to the tag. Secret. */
  readonly share: GcmShare
}

/**
 * AES-GCM under the key, IV and AAD of one object.
 *
 * Offsets are bytes from the start of the content and multiples of 16; so are the lengths of all
 * pieces but the last. A piece is read before the method returns: its memory may be used again.
 *
 * Methods that take an offset reject with `RangeError` if it is no block boundary, and with
 * `S3EncryptionError` and `ERR_CONTENT_TOO_LONG` if the piece passes the end of any GCM content.
 *
 * Never encrypt two plaintexts at one offset: the same key stream would hide both.
 */
export interface GcmCipher {
  /** Encrypts a piece. */
  encryptAt(offset: number, plaintext: Bytes): Promise<EncryptedPiece>

  /**
   * Encrypts consecutive pieces, one with each call of the function it returns; the calls need not
   * wait for each other. Saves an AES operation for every piece but the first.
   */
  encryptFrom(offset: number): (plaintext: Bytes) => Promise<EncryptedPiece>

  /** Decrypts a piece. The plaintext is **not authentic** until {@link verify} says so. */
  decryptAt(offset: number, ciphertext: Bytes): Promise<UnverifiedPiece>

  /** Decrypts consecutive pieces, as {@link encryptFrom} encrypts them. */
  decryptFrom(offset: number): (ciphertext: Bytes) => Promise<UnverifiedPiece>

  /** Share of a piece, wherever it stands, without decrypting it. */
  authenticate(ciphertext: Bytes): Promise<GcmShare>

  /**
   * Share of runs that follow each other; of none, the empty one.
   *
   * @throws `RangeError` if bytes follow a share that does not end on a block boundary.
   */
  merge(...shares: readonly GcmShare[]): GcmShare

  /** The tag, 16 bytes, of the content that `share` covers from the first byte to the last. */
  tag(share: GcmShare): Bytes

  /**
   * Whether `tag` is that of the content that `share` covers from the first byte to the last. It
   * takes the same time wherever they differ.
   */
  verify(share: GcmShare, tag: Uint8Array): boolean
}

/**
 * Prepares the content encryption of one object.
 *
 * @throws `RangeError` for a suite other than AES-GCM, or an IV that is not 12 bytes.
 */
export async function gcmCipher(key: ContentKey, tuning: GcmTuning = {}): Promise<GcmCipher> {
  const { suite, iv, aad } = key
  if (suite.cipher !== 'AES-GCM') throw new RangeError(`key: ${suite.name} is not AES-GCM`)
  if (iv.length !== GCM_IV) throw new RangeError(`iv: expected 12 bytes, got ${iv.length}`)
  keepFreedMemory()
  const longIv = tuning.longIv ?? (await acceptsLongIv())
  const strategy = longIv ? (tuning.strategy ?? (await fastestStrategy())) : 'ctr-gmac'
  const native = await gcmNative(key)
  const { hashKey, tagMask } = native
  const { authenticate, ...passes } = gcmPasses(native)
  const aadShare = shareOfPadded(hashKey, aad)

  const encryptPass = longIv ? passes.seal : passes.ctrThenGmac
  const decryptPass = {
    'ctr-gmac': passes.besideGmac('ctr'),
    'gcm-gmac': passes.besideGmac('gcm'),
    'ctr-gcm': passes.thenGcm('ctr'),
    'gcm-gcm': passes.thenGcm('gcm'),
  }[strategy]

  /** Consecutive pieces; each hands the key stream block at its end to the next. */
  const run = (pass: Pass, start: number) => {
    let offset = start
    let mask: Promise<Bytes> | undefined
    return async (input: Bytes): Promise<Piece> => {
      if (input.length === 0) return { output: new Uint8Array(0), share: EMPTY_SHARE }
      const at = offset
      checkContentLength(suite, at + input.length)
      const { piece, endMask } = pass(at, input, () => mask ?? native.maskBefore(at))
      endMask?.catch(() => undefined) // then the piece fails too
      mask = endMask
      offset += input.length
      return piece
    }
  }

  const encryptFrom = (offset: number) => {
    const next = run(encryptPass, offset)
    return async (plaintext: Bytes) => {
      const { output, share } = await next(plaintext)
      return { ciphertext: output, share }
    }
  }

  const decryptFrom = (offset: number) => {
    const next = run(decryptPass, offset)
    return async (ciphertext: Bytes) => {
      const { output, share } = await next(ciphertext)
      return { plaintext: output, share }
    }
  }

  const merge = (...shares: readonly GcmShare[]) =>
    shares.reduce((total, share) => mergeShares(hashKey, total, share), EMPTY_SHARE)

  const tag = (share: GcmShare): Bytes => {
    const lengths = multiply(lengthBlock(aad.length, share.length), hashKey)
    return toBlock(add(add(fromBlock(merge(aadShare, share).ghash), lengths), tagMask))
  }

  return {
    encryptFrom,
    encryptAt: (offset, plaintext) => encryptFrom(offset)(plaintext),
    decryptFrom,
    decryptAt: (offset, ciphertext) => decryptFrom(offset)(ciphertext),
    authenticate,
    merge,
    tag,
    verify: (share, expected) => equalConstantTime(tag(share), expected),
  }
}
