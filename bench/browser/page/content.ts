// SPDX-License-Identifier: Apache-2.0

/** Random bytes, drawn by the 64 KiB that the platform gives at a time. */
export function randomContent(length: number): Uint8Array<ArrayBuffer> {
  const content = new Uint8Array(length)
  for (let at = 0; at < length; at += 65_536) {
    crypto.getRandomValues(content.subarray(at, at + 65_536))
  }
  return content
}
