// SPDX-License-Identifier: Apache-2.0
/**
 * Content encryption and checksums in Web Workers: several at a time even where WebCrypto runs on the
 * thread that calls it, as in Chromium, and none of them on the page's own.
 *
 * @module
 */

import {
  gcmCipher,
  S3EncryptionError,
  type Bytes,
  type ContentKey,
  type GcmCipherFactory,
  type GcmTuning,
} from '@s3-cse/core'
import type { Hasher } from '../checksum/hasher.ts'
import { hand, workerFailed, type Hand } from './hand.ts'

/** Options of {@link workerPool}. */
export interface WorkerPoolOptions {
  /** Workers at most. @defaultValue what `navigator.hardwareConcurrency` says, up to 4 */
  readonly size?: number | undefined
  /**
   * Makes a worker that runs `@s3-cse/browser/worker`, for bundlers that do not understand
   * `new Worker(new URL('./worker.js', import.meta.url), { type: 'module' })`.
   */
  readonly create?: (() => Worker) | undefined
}

/** Workers that encrypt, decrypt and hash. They start when they are needed. */
export interface WorkerPool extends Hasher {
  /** For the option `content` of a client. Ciphers may be used by several transfers at a time. */
  readonly cipher: GcmCipherFactory
  /** Ends all workers, for good: what is at work, or comes later, fails with `ERR_WORKER_FAILED`. */
  close(): void
}

const SMALL = 2 ** 14 // bytes: less is done before a worker would have been asked

const createWorker = () => new Worker(new URL('./worker.js', import.meta.url), { type: 'module' })

const ignore = () => undefined

/**
 * A pool for the option `workers` of `S3EncryptionClient`.
 *
 * @throws `S3EncryptionError` with `ERR_WORKER_MISSING` where there are no workers; `RangeError` for a size
 * that is no positive integer.
 */
export function workerPool({ size, create = createWorker }: WorkerPoolOptions = {}): WorkerPool {
  if (typeof Worker === 'undefined') {
    throw new S3EncryptionError(
      'ERR_WORKER_MISSING',
      'There are no Web Workers here. Leave the pool out: everything then runs on this thread.',
    )
  }
  const most = size ?? Math.min(navigator.hardwareConcurrency, 4)
  if (!Number.isSafeInteger(most) || most < 1) {
    throw new RangeError(`size: expected a positive integer, got ${most}`)
  }
  const hands: Hand[] = []
  let closed = false

  const start = (): Hand => {
    const started = hand(createdBy(create), () => hands.splice(hands.indexOf(started), 1))
    hands.push(started)
    return started
  }

  /** One with nothing to do, or a new one, or the one with the least to do. */
  const free = (): Hand => {
    if (closed) throw workerFailed('The pool of workers was closed.')
    const [least] = [...hands].sort((a, b) => a.waiting - b.waiting)
    return least === undefined || (least.waiting > 0 && hands.length < most) ? start() : least
  }

  let ciphers = 0
  const abandoned = new FinalizationRegistry<number>((id) => {
    for (const each of hands) each.ask('forget', id).catch(ignore)
  })

  /** A cipher that is opened in each worker that is asked for it. */
  const shared = (key: ContentKey, tuning: GcmTuning) => {
    const id = ciphers++
    const openIn = new WeakSet<Hand>()
    const own = { ...key, key: key.key.slice(), iv: key.iv.slice(), aad: key.aad.slice() }
    const worker = (): Hand => {
      const found = free()
      if (!openIn.has(found)) {
        openIn.add(found)
        // A failure is told to those who ask for the cipher.
        found.ask('open', id, own, tuning).catch(ignore)
      }
      return found
    }
    abandoned.register(worker, id)
    return { id, worker }
  }

  return {
    async cipher(key, tuning = {}) {
      // For small pieces; which strategy is fastest, the workers find out for the others.
      const local = await gcmCipher(key, { ...tuning, strategy: 'ctr-gmac' })
      const { id, worker } = shared(key, tuning)

      const encryptAt = async (offset: number, plaintext: Bytes) =>
        plaintext.length < SMALL
          ? local.encryptAt(offset, plaintext)
          : worker().ask('encryptAt', id, offset, plaintext.slice())

      const decryptAt = async (offset: number, ciphertext: Bytes) =>
        ciphertext.length < SMALL
          ? local.decryptAt(offset, ciphertext)
          : worker().ask('decryptAt', id, offset, ciphertext.slice())

      return {
        ...local,
        encryptAt,
        encryptFrom: consecutive(encryptAt),
        decryptAt,
        decryptFrom: consecutive(decryptAt),
        authenticate: async (ciphertext) =>
          ciphertext.length < SMALL
            ? local.authenticate(ciphertext)
            : worker().ask('authenticate', id, ciphertext.slice()),
      }
    },
    crc32: async (bytes) => free().ask('crc32', bytes.slice()),
    sha256: async (bytes) => free().ask('sha256', bytes.slice()),
    close() {
      closed = true
      for (const each of hands.splice(0)) each.stop(workerFailed('The pool of workers was closed.'))
    },
  }
}

function createdBy(create: () => Worker): Worker {
  try {
    return create()
  } catch (cause) {
    throw workerFailed('The browser refused to start a worker for the pool.', { cause })
  }
}

/** Pieces one after the other, by a function that takes each for itself. */
function consecutive<Piece>(at: (offset: number, piece: Bytes) => Promise<Piece>) {
  return (start: number) => {
    let offset = start
    return (piece: Bytes): Promise<Piece> => {
      const begin = offset
      offset += piece.length
      return at(begin, piece)
    }
  }
}
