// SPDX-License-Identifier: Apache-2.0
/**
 * Files as sources of uploads. Needs the permission to read the path (`--allow-read`).
 *
 * @module
 */

import { takingTurns, type Source } from '@s3-cse/client'

/** The file at a path. It is opened when a transfer starts, and closed when it ends. */
export function fileSource(path: string | URL): Source {
  return {
    async open() {
      const file = await Deno.open(path, { read: true })
      const { size, mtime, ino } = await file.stat().catch((error: unknown) => {
        file.close()
        throw error
      })
      return {
        size,
        fingerprint: `${ino ?? ''}-${mtime?.getTime() ?? ''}`,
        // Deno has no positioned read: seek and read belong together, so reads take turns.
        read: takingTurns(async (start: number, end: number) => {
          const bytes = new Uint8Array(end - start)
          await file.seek(start, Deno.SeekMode.Start)
          let filled = 0
          while (filled < bytes.length) {
            const count = await file.read(bytes.subarray(filled))
            if (count === null) break
            filled += count
          }
          return bytes.subarray(0, filled)
        }),
        close() {
          file.close()
          return Promise.resolve()
        },
      }
    },
  }
}
