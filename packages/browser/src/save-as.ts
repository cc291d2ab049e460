// SPDX-License-Identifier: Apache-2.0
/**
 * Saving to disk in every browser, for content that fits in memory.
 *
 * @module
 */

import { asBytes } from '@s3-cse/client'

/**
 * Offers bytes to the user as a file, in the browser's own way: its download folder or a dialog. For
 * content of any size, use `fileSink()` where the browser has `showSaveFilePicker()`.
 *
 * @param name - proposed file name.
 */
export function saveAs(content: Blob | Uint8Array, name: string): void {
  const link = document.createElement('a')
  const blob = content instanceof Blob ? content : new Blob([asBytes(content)])
  link.href = URL.createObjectURL(blob)
  link.download = name
  link.click()
  // The download has its own reference by the next task.
  setTimeout(() => {
    URL.revokeObjectURL(link.href)
  })
}
