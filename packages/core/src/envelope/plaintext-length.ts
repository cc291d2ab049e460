// SPDX-License-Identifier: Apache-2.0
/**
 * The length of an object's content, from what is known without its content.
 *
 * @module
 */

import { paddedLength } from '../content/pkcs5.ts'
import type { StringMap } from '../string-map.ts'
import type { AlgorithmSuite } from '../suites.ts'
import { V2 } from './fields.ts'

/** What bears on the length of a content. */
export interface LengthFacts {
  /** How the content is encrypted. */
  readonly suite: AlgorithmSuite
  /** As its writer stored it. */
  readonly statedLength?: number | undefined
}

/** The length that the envelope entries of formats V1 and V2 state, if they state any. */
export function statedLength(fields: StringMap): number | undefined {
  const value = fields[V2.plaintextLength] ?? ''
  const length = Number(value)
  // Nobody needs it to decrypt: what is no length is as good as none.
  return /^\d+$/.test(value) && Number.isSafeInteger(length) ? length : undefined
}

/**
 * Bytes of plaintext of a stored object.
 *
 * @param storedLength - bytes of the stored object, if known.
 * @returns undefined where it cannot be known: of AES-CBC content whose writer did not state it, or
 * stated one that does not fit, and of an object that is too short to be one.
 */
export function plaintextLength(
  { suite: { tagLength }, statedLength: stated }: LengthFacts,
  storedLength: number | undefined,
): number | undefined {
  if (storedLength === undefined) return undefined
  if (tagLength > 0) return storedLength < tagLength ? undefined : storedLength - tagLength
  return stated !== undefined && paddedLength(stated) === storedLength ? stated : undefined
}
