// SPDX-License-Identifier: Apache-2.0
/**
 * Files as sources of uploads.
 *
 * @module
 */

import { open } from 'node:fs/promises'
import type { Source } from '@s3-cse/client'

/** The file at a path. It is opened when a transfer starts, and closed when it ends. */
export function fileSource(path: string | URL): Source {
  return {
    async open() {
      const file = await open(path)
      const { size, mtimeMs, ino } = await file.stat().catch(async (error: unknown) => {
        await file.close()
        throw error
      })
      return {
        size,
        fingerprint: `${ino}-${mtimeMs}`,
        async read(start, end) {
          const bytes = new Uint8Array(end - start)
          let filled = 0
          while (filled < bytes.length) {
            const { bytesRead } = await file.read(
              bytes,
              filled,
              bytes.length - filled,
              start + filled,
            )
            if (bytesRead === 0) break
            filled += bytesRead
          }
          return bytes.subarray(0, filled)
        },
        close: () => file.close(),
      }
    },
  }
}
