// SPDX-License-Identifier: Apache-2.0
/**
 * Files as sinks of downloads: written under a temporary name, renamed once authenticated. Needs the
 * permission to write the folder (`--allow-write`).
 *
 * @module
 */

import { takingTurns, type Sink } from '@s3-cse/client'

/**
 * The file at a path. Until the download is complete and authenticated, the path holds what it held
 * before.
 */
export function fileSink(path: string | URL): Sink {
  return {
    async open() {
      // Beside the target: a rename is atomic within one file system only.
      const temporary = beside(path, `.${crypto.randomUUID()}.part`)
      const file = await Deno.open(temporary, { createNew: true, write: true, mode: 0o600 })
      return {
        // Deno has no positioned write: seek and write belong together, so writes take turns.
        write: takingTurns(async (offset: number, bytes: Uint8Array) => {
          await file.seek(offset, Deno.SeekMode.Start)
          let written = 0
          while (written < bytes.length) written += await file.write(bytes.subarray(written))
        }),
        async commit() {
          await file.sync()
          file.close()
          await Deno.rename(temporary, path)
        },
        async abort() {
          try {
            file.close()
          } catch {
            // It was closed already, before a rename that failed.
          }
          await Deno.remove(temporary)
        },
      }
    },
  }
}

function beside(path: string | URL, suffix: string): string | URL {
  if (typeof path === 'string') return path + suffix
  const url = new URL(path)
  url.pathname += suffix
  return url
}
