// SPDX-License-Identifier: Apache-2.0
/**
 * One multipart upload that a caller drives with plain commands: what is known of its parts, and the
 * tag that they add up to. Parts may come in any order and side by side, as long as each one's offset
 * is known.
 *
 * @module
 */

import {
  concat,
  contentCipher,
  encryptPart,
  sameShare,
  S3EncryptionError,
  type Bytes,
  type ContentKey,
  type ContentOptions,
  type EncryptedPiece,
  type GcmShare,
} from '@s3-cse/core'
import { SMALLEST_PART } from '../transfer/options.ts'
import { takingTurns } from '../transfer/taking-turns.ts'

const BLOCK = 16 // bytes

/** A part whose encryption has begun. */
interface KnownPart {
  /** Bytes of plaintext. */
  readonly length: number
  readonly share: Promise<GcmShare>
  /** Kept only of a part that must be sent once more if the tag did not go with it. */
  readonly ciphertext: Promise<Bytes> | undefined
  /** Whether the tag goes with it. */
  readonly tagged: boolean
}

/** A part that has its place, and its ciphertext in the making. */
interface Placed {
  readonly part: KnownPart
  readonly piece: Promise<EncryptedPiece>
}

/** What completes an object after its parts: bytes to send as a part, new or once more. */
export interface Ending {
  readonly partNumber: number
  readonly bytes: Bytes
}

/** The parts of one upload. */
export interface EncryptedUpload {
  /** Bytes that the tag adds to the object. */
  readonly tagLength: number
  /**
   * Ciphertext of a part. Parts take their places in the order of the calls.
   *
   * @param read - gives the plaintext.
   * @throws `S3EncryptionError` with `ERR_MULTIPART_ORDER`, `ERR_MULTIPART_PART_SIZE` or
   * `ERR_MULTIPART_PART_CHANGED`; what `read` throws.
   */
  encrypt(partNumber: number, read: () => Promise<Bytes>): Promise<Bytes>
  /**
   * What is still to be sent once all parts are there.
   *
   * @param partNumbers - the parts that the object shall have.
   * @throws `S3EncryptionError` with `ERR_MULTIPART_ORDER` if that is not each part, from 1 on.
   */
  end(partNumbers: readonly number[]): Promise<Ending | undefined>
}

const ignore = () => undefined

/**
 * Begins the encryption of an upload.
 *
 * @param partSize - bytes of each part but the last, if the caller said so: then every place is known.
 * Otherwise that of a part is known once those before it have come.
 */
export async function beginUpload(
  contentKey: ContentKey,
  partSize: number | undefined,
  content: ContentOptions,
): Promise<EncryptedUpload> {
  const cipher = await contentCipher(contentKey, content)
  const parts = new Map<number, KnownPart>()
  // Two tags under one key and IV would betray the hash key: once there is one, there are no more parts.
  let ended = false

  /** Parts 1 to `count`, or as many of them as have come without a gap. */
  const leading = (count: number): KnownPart[] => {
    const found: KnownPart[] = []
    for (let part = parts.get(1); part !== undefined && found.length < count;) {
      found.push(part)
      part = parts.get(found.length + 1)
    }
    return found
  }

  const offsetOf = (partNumber: number): number => {
    if (partSize !== undefined) return (partNumber - 1) * partSize
    const before = leading(partNumber - 1)
    if (before.length < partNumber - 1) {
      throw new S3EncryptionError(
        'ERR_MULTIPART_ORDER',
        `The place of part ${partNumber} in the object is unknown: send the parts before it first, or say partSize when the upload is created.`,
      )
    }
    return before.reduce((offset, { length }) => offset + length, 0)
  }

  /** The tag, once all parts up to one are encrypted. */
  const tagAfter = async (count: number): Promise<Bytes> => {
    const shares = await Promise.all(leading(count).map(({ share }) => share))
    return cipher.tag(cipher.merge(...shares))
  }

  /** What the part is and, apart from it, its ciphertext, which nobody keeps once it is sent. */
  const begin = (partNumber: number, plaintext: Bytes): Placed => {
    if (ended) {
      throw new S3EncryptionError(
        'ERR_MULTIPART_ORDER',
        `The tag that ends the object may have been sent: part ${partNumber} comes too late. Complete the upload without it, or abort it and begin anew.`,
      )
    }
    const { length } = plaintext
    const offset = offsetOf(partNumber)
    const last = Math.max(partNumber, ...parts.keys())
    for (const [number, size] of [...lengths(parts), [partNumber, length] as const]) {
      checkPart({ number, size, isLast: number === last }, partSize)
    }
    const piece = encryptPart(cipher, offset, plaintext, content)
    const share = piece.then((done) => done.share)
    share.catch(ignore) // it is told to those who ask for the part
    // S3 takes a part this short only as the last, so that the tag must go with it.
    const isShort = length < SMALLEST_PART
    const tagged = isShort && leading(partNumber).length === partNumber - 1
    const ciphertext = isShort && !tagged ? piece.then((done) => done.ciphertext) : undefined
    ciphertext?.catch(ignore)
    const part = { length, share, ciphertext, tagged }
    parts.set(partNumber, part)
    return { part, piece }
  }

  /** A part once more. Two plaintexts under one key stream would betray each other. */
  const repeat = async (partNumber: number, plaintext: Bytes, part: KnownPart): Promise<Placed> => {
    const piece = await encryptPart(cipher, offsetOf(partNumber), plaintext, content)
    if (!sameShare(piece.share, await part.share)) {
      throw new S3EncryptionError(
        'ERR_MULTIPART_PART_CHANGED',
        `Part ${partNumber} was sent before with other bytes. Abort the upload and begin anew.`,
      )
    }
    return { part, piece: Promise.resolve(piece) }
  }

  // Bodies are read one after the other: the order of the calls is that of the parts.
  const place = takingTurns(async (partNumber: number, read: () => Promise<Bytes>) => {
    const plaintext = await read()
    const known = parts.get(partNumber)
    return known === undefined ? begin(partNumber, plaintext) : repeat(partNumber, plaintext, known)
  })

  return {
    tagLength: contentKey.suite.tagLength,

    async encrypt(partNumber, read) {
      const { part, piece } = await place(partNumber, read)
      const { ciphertext } = await piece
      return part.tagged ? concat(ciphertext, await tagAfter(partNumber)) : ciphertext
    },

    async end(partNumbers) {
      const all = leading(parts.size)
      const asked = new Set(partNumbers)
      const complete = asked.size === parts.size && partNumbers.every((number) => parts.has(number))
      if (all.length === 0 || all.length !== parts.size || !complete) {
        throw new S3EncryptionError(
          'ERR_MULTIPART_ORDER',
          'The upload can only be completed with each of its parts, from 1 to the last without a gap.',
        )
      }
      const last = all.length
      const part = all[last - 1]
      if (part === undefined || part.tagged) return undefined
      ended = true
      const tag = await tagAfter(last)
      return part.ciphertext === undefined
        ? { partNumber: last + 1, bytes: tag }
        : { partNumber: last, bytes: concat(await part.ciphertext, tag) }
    },
  }
}

function* lengths(parts: ReadonlyMap<number, KnownPart>): Generator<readonly [number, number]> {
  for (const [number, { length }] of parts) yield [number, length]
}

interface PartSize {
  readonly number: number
  /** Bytes. */
  readonly size: number
  readonly isLast: boolean
}

/** Every part but the last is of whole blocks, long enough for S3, and of the size that was said. */
function checkPart({ number, size, isLast }: PartSize, partSize: number | undefined): void {
  const fits = isLast
    ? partSize === undefined || size <= partSize
    : size % BLOCK === 0 && size >= SMALLEST_PART && (partSize === undefined || size === partSize)
  if (!fits) {
    throw new S3EncryptionError(
      'ERR_MULTIPART_PART_SIZE',
      `Part ${number} has ${size} bytes. Each part but the last must have ${
        partSize === undefined
          ? `a multiple of ${BLOCK}, and at least ${SMALLEST_PART}`
          : `${partSize}, as said when the upload was created, and the last no more`
      }.`,
    )
  }
}
