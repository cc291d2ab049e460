// SPDX-License-Identifier: Apache-2.0
/**
 * Checksums among the members of the SDK's inputs and outputs.
 *
 * @module
 */

// By their pattern: S3 learns new algorithms, and a name that is missing here would get through.
const CHECKSUM = /^(?:ContentMD5|Checksum(?!Algorithm$|Mode$|Type$)\w+)$/

/** The members that are checksums and have a value. */
export function checksumsIn(members: object): Record<string, unknown> {
  return Object.fromEntries(
    Object.entries(members).filter(([name, value]) => CHECKSUM.test(name) && value != null),
  )
}
