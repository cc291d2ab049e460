// SPDX-License-Identifier: Apache-2.0
/**
 * AES-GCM by the piece, on a WebCrypto that only knows whole messages: the pieces of one object in
 * any order, side by side, each by one native call, with the ciphertext and the tag that one call for
 * the whole would give (NIST SP 800-38D, section 7).
 *
 * Tags of pieces, from which anybody could forge others, are taken apart here and go no further.
 *
 * @module
 */

import { equalConstantTime, type Bytes } from '../bytes.ts'
import type { ContentKey } from './content-key.ts'
import { gcmNative } from './gcm-native.ts'
import { EMPTY_SHARE, mergeShares, shareOfPadded, type GcmShare } from './gcm-share.ts'
import { add, fromBlock, multiply, toBlock, type FieldElement } from './gf128.ts'
import { checkContentLength } from './limits.ts'
import { acceptsLongIv } from './long-iv.ts'
import { release } from './release.ts'

const BLOCK = 16 // bytes
const GCM_IV = 12 // bytes

/**
 * How a piece is decrypted and authenticated: in two native passes, for its tag is not known in
 * advance. All give the same bytes; which is fastest depends on the engine.
 *
 * - `ctr-gmac`: AES-CTR of the ciphertext and, at the same time, GMAC of it.
 * - `ctr-gcm`: AES-CTR, then AES-GCM of the plaintext, whose tag hashes the ciphertext.
 * - `gcm-gmac`: AES-GCM of the ciphertext, which adds the same key stream as decryption, and GMAC at
 *   the same time: for engines whose AES-CTR is slow.
 */
export type GcmStrategy = 'ctr-gmac' | 'ctr-gcm' | 'gcm-gmac'

/** What may be tuned; the bytes are the same. */
export interface GcmTuning {
  /** @default 'ctr-gmac' */
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
  readonly share: GcmShare
}

/** A piece of the content, decrypted but **not authenticated**: only {@link GcmCipher.verify} does. */
export interface UnverifiedPiece {
  /** As long as the ciphertext. */
  readonly plaintext: Bytes
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
   * Share of `first` and then `second`.
   *
   * @throws `RangeError` if bytes follow a share that does not end on a block boundary.
   */
  merge(first: GcmShare, second: GcmShare): GcmShare

  /** The tag, 16 bytes, of the content that `share` covers from the first byte to the last. */
  tag(share: GcmShare): Bytes

  /**
   * Whether `tag` is that of the content that `share` covers from the first byte to the last. It
   * takes the same time wherever they differ.
   */
  verify(share: GcmShare, tag: Uint8Array): boolean
}

/** A piece after its passes. */
interface Piece {
  readonly output: Bytes
  readonly share: GcmShare
}

/** A piece under way. */
interface Step {
  readonly piece: Promise<Piece>
  /** Key stream block at its end, once known: the mask of the piece that follows. */
  readonly nextMask?: Promise<Bytes> | undefined
}

/**
 * One way to process a piece.
 *
 * @param mask - asked for the key stream block before the piece, if it is needed.
 */
type Pass = (offset: number, input: Bytes, mask: () => Promise<Bytes>) => Step

/** The block of two lengths in bytes, as GHASH ends with it: 64 bits each, counting bits. */
function lengthBlock(aad: number, ciphertext: number): FieldElement {
  const block = new DataView(new ArrayBuffer(BLOCK))
  const put = (at: number, bytes: number) => {
    block.setUint32(at, Math.floor(bytes / 2 ** 29))
    block.setUint32(at + 4, bytes * 8) // modulo 2^32
  }
  put(0, aad)
  put(8, ciphertext)
  return fromBlock(new Uint8Array(block.buffer))
}

/** Key stream block at the end of a piece, given what ends its input. */
async function maskAtEnd(end: Bytes, output: Promise<Bytes>, length: number): Promise<Bytes> {
  const from = (await output).subarray(length - BLOCK, length)
  return end.map((byte, i) => byte ^ (from[i] as number))
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
  const [native, longIv] = await Promise.all([gcmNative(key), tuning.longIv ?? acceptsLongIv()])
  const { hashKey, tagMask } = native
  const aadShare = shareOfPadded(hashKey, aad)

  const merge = (first: GcmShare, second: GcmShare) => mergeShares(hashKey, first, second)

  /** Share of `length` bytes, out of a tag = share + lengths·H + mask. */
  const unmask = (tag: Bytes, mask: FieldElement, lengths: FieldElement, length: number) => {
    const share = add(add(fromBlock(tag), mask), multiply(lengths, hashKey))
    return { ghash: toBlock(share), length }
  }

  const authenticate = async (ciphertext: Bytes): Promise<GcmShare> => {
    const { length } = ciphertext
    if (length === 0) return EMPTY_SHARE
    return unmask(await native.gmac(ciphertext), tagMask, lengthBlock(length, 0), length)
  }

  const tag = (share: GcmShare): Bytes => {
    const lengths = multiply(lengthBlock(aad.length, share.length), hashKey)
    return toBlock(add(add(fromBlock(merge(aadShare, share).ghash), lengths), tagMask))
  }

  /** The share out of what {@link GcmNative.seal} returned for `length` bytes. */
  const shareOfSealed = (sealed: Bytes, mask: Bytes, length: number) =>
    unmask(sealed.subarray(length), fromBlock(mask), lengthBlock(0, length), length)

  /** Encryption by one pass. */
  const sealPass: Pass = (offset, plaintext, mask) => {
    const { length } = plaintext
    const end = plaintext.slice(-BLOCK)
    const sealing = native.seal(offset, plaintext)
    const piece = Promise.all([sealing, mask()]).then(([sealed, before]) => ({
      output: sealed.subarray(0, length),
      share: shareOfSealed(sealed, before, length),
    }))
    return { piece, nextMask: maskAtEnd(end, sealing, length) }
  }

  /** Encryption where AES-GCM takes short IVs only. */
  const ctrThenGmac: Pass = (offset, plaintext) => ({
    piece: native.keyStream(offset, plaintext).then(async (output) => ({
      output,
      share: await authenticate(output),
    })),
  })

  const ctrBesideGmac: Pass = (offset, ciphertext) => ({
    piece: Promise.all([native.keyStream(offset, ciphertext), authenticate(ciphertext)]).then(
      ([output, share]) => ({ output, share }),
    ),
  })

  const gcmBesideGmac: Pass = (offset, ciphertext) => ({
    piece: Promise.all([native.seal(offset, ciphertext), authenticate(ciphertext)]).then(
      ([sealed, share]) => ({ output: sealed.subarray(0, ciphertext.length), share }),
    ),
  })

  const ctrThenGcm: Pass = (offset, ciphertext, mask) => {
    const { length } = ciphertext
    const end = ciphertext.slice(-BLOCK)
    const decrypting = native.keyStream(offset, ciphertext)
    const piece = Promise.all([decrypting, mask()]).then(async ([output, before]) => {
      const sealed = await native.seal(offset, output)
      const share = shareOfSealed(sealed, before, length)
      release(sealed)
      return { output, share }
    })
    return { piece, nextMask: maskAtEnd(end, decrypting, length) }
  }

  /** Consecutive pieces; each hands the key stream block at its end to the next. */
  const run = (pass: Pass, start: number) => {
    let offset = start
    let known: Promise<Bytes> | undefined
    return async (input: Bytes): Promise<Piece> => {
      const at = offset
      if (input.length === 0) return { output: new Uint8Array(0), share: EMPTY_SHARE }
      checkContentLength(suite, at + input.length)
      const { piece, nextMask } = pass(at, input, () => known ?? native.maskBefore(at))
      nextMask?.catch(() => undefined) // the piece fails with it
      known = nextMask
      offset += input.length
      return piece
    }
  }

  const decryptPasses = {
    'ctr-gmac': ctrBesideGmac,
    'ctr-gcm': ctrThenGcm,
    'gcm-gmac': gcmBesideGmac,
  }
  const encryptPass = longIv ? sealPass : ctrThenGmac
  const decryptPass = longIv ? decryptPasses[tuning.strategy ?? 'ctr-gmac'] : ctrBesideGmac

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
