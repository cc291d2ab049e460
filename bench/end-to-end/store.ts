// SPDX-License-Identifier: Apache-2.0
/** Something that keeps objects; what is read is counted and dropped. */
export interface Store {
  putSmall(key: string, body: Uint8Array): Promise<void>
  getSmall(key: string): Promise<void>
  putLarge(key: string, body: Uint8Array): Promise<void>
  getLarge(key: string): Promise<void>
}

/** Refuses a wrong number of bytes: an object that was not read must not count as a fast one. */
export function checkLength(read: number, expected: number | undefined): void {
  if (read !== expected) throw new Error(`read ${read} bytes of ${expected ?? 'unknown'}`)
}
