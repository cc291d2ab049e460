// SPDX-License-Identifier: Apache-2.0
/**
 * The length of an object's content, from what is known without its content.
 *
 * @module
 */

import { paddedLength } from '../content/pkcs5.ts'
import type { Envelope } from './envelope.ts'

/**
 * Bytes of plaintext of a stored object.
 *
 * @param storedLength - bytes of the stored object.
 * @returns undefined where it cannot be known: of AES-CBC content whose writer did not state it, or
 * stated one that does not fit, and of an object that is too short to be one.
 */
export function plaintextLength(
  { suite: { tagLength }, statedLength }: Pick<Envelope, 'suite' | 'statedLength'>,
  storedLength: number,
): number | undefined {
  if (tagLength > 0) return storedLength < tagLength ? undefined : storedLength - tagLength
  return statedLength !== undefined && paddedLength(statedLength) === storedLength
    ? statedLength
    : undefined
}
