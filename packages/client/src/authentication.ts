// SPDX-License-Identifier: Apache-2.0
/**
 * When plaintext may leave: after all of the object was authenticated, or before.
 *
 * @module
 */

import { S3EncryptionError } from '@s3-cse/core'
import { checkSwitches } from './switches.ts'

/** When the plaintext of a `GetObject` leaves. */
export type AuthenticationMode =
  | {
      /** Off: nothing leaves before all of it is authenticated. */
      readonly delayedAuthentication?: false | undefined
      /** Off: the object is read once. */
      readonly twoPassAuthentication?: false | undefined
      /**
       * Most ciphertext that is held in memory while it is authenticated, in bytes.
       *
       * @defaultValue 67_108_864
       */
      readonly bufferSize?: number | undefined
    }
  | {
      /** Off: nothing leaves before all of it is authenticated. */
      readonly delayedAuthentication?: false | undefined
      /**
       * Read the object twice: once to authenticate it, and once, pinned to the same ETag, to decrypt it
       * and check it again. For objects of any size in constant memory.
       */
      readonly twoPassAuthentication: true
      /** Has no meaning here. */
      readonly bufferSize?: never
    }
  | {
      /**
       * Release plaintext before the tag is checked. If the stream ends in an error, whoever reads it
       * must discard all that it gave.
       */
      readonly delayedAuthentication: true
      /** Off: the object is read once. */
      readonly twoPassAuthentication?: false | undefined
      /** Has no meaning here. */
      readonly bufferSize?: never
    }

/** The mode, checked. */
export type Authentication =
  | { readonly mode: 'delayed' }
  | { readonly mode: 'two-pass' }
  | { readonly mode: 'buffered'; readonly bufferSize: number }

const SMALLEST_BUFFER = 16 // bytes: an empty object with its tag
const LARGEST_BUFFER = 68_719_476_704 // bytes: the GCM limit
const DEFAULT_BUFFER = 64 * 1024 * 1024 // bytes, as the Java client

const configuration = (message: string) => new S3EncryptionError('ERR_CONFIGURATION', message)

/**
 * Checks a mode.
 *
 * @throws `S3EncryptionError` with `ERR_CONFIGURATION` for two modes at once, or a buffer size out of its
 * range or without a buffer.
 */
export function authentication(options: AuthenticationMode): Authentication {
  checkSwitches(options, ['delayedAuthentication', 'twoPassAuthentication'])
  const { bufferSize, delayedAuthentication = false, twoPassAuthentication = false } = options
  if (!delayedAuthentication && !twoPassAuthentication) {
    return { mode: 'buffered', bufferSize: checkBuffer(bufferSize) }
  }
  if (bufferSize !== undefined) {
    throw configuration('bufferSize has no meaning with delayed or two-pass authentication.')
  }
  if (delayedAuthentication && twoPassAuthentication) {
    throw configuration('Choose either delayedAuthentication or twoPassAuthentication.')
  }
  return { mode: delayedAuthentication ? 'delayed' : 'two-pass' }
}

function checkBuffer(bufferSize: number = DEFAULT_BUFFER): number {
  if (
    !Number.isSafeInteger(bufferSize) ||
    bufferSize < SMALLEST_BUFFER ||
    bufferSize > LARGEST_BUFFER
  ) {
    throw configuration(
      `bufferSize must be a whole number of bytes from ${SMALLEST_BUFFER} to ${LARGEST_BUFFER}.`,
    )
  }
  return bufferSize
}

/** What of some options says when plaintext leaves, if any of them does. */
export function statedMode(options: AuthenticationMode): AuthenticationMode | undefined {
  const { bufferSize, delayedAuthentication, twoPassAuthentication } = options
  return bufferSize === undefined &&
    delayedAuthentication === undefined &&
    twoPassAuthentication === undefined
    ? undefined
    : options
}
