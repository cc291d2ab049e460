// SPDX-License-Identifier: Apache-2.0
/**
 * Files of the File System API as sinks of downloads: on the user's disk, or in the origin's private
 * file system (OPFS).
 *
 * @module
 */

import type { Sink } from '@s3-cse/client'

/**
 * The file of a handle, as `showSaveFilePicker()` or a directory of OPFS gives it. The browser writes
 * to a copy and swaps it in at the end, so that the file changes only once the download is complete and
 * authenticated.
 */
export function fileSink(handle: FileSystemFileHandle): Sink {
  return {
    async open() {
      const file = await handle.createWritable({ keepExistingData: false })
      return {
        write: (position, data) => file.write({ type: 'write', position, data }),
        commit: () => file.close(),
        abort: () => file.abort(),
      }
    },
  }
}
