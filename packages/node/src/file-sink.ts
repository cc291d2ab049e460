// SPDX-License-Identifier: Apache-2.0
/**
 * Files as sinks of downloads: written under a temporary name, renamed once authenticated.
 *
 * @module
 */

import { open, rename, rm } from 'node:fs/promises'
import { fileURLToPath } from 'node:url'
import type { Sink } from '@s3-cse/client'

/**
 * The file at a path. Until the download is complete and authenticated, the path holds what it held
 * before.
 */
export function fileSink(path: string | URL): Sink {
  const target = typeof path === 'string' ? path : fileURLToPath(path)
  return {
    async open() {
      // Beside the target: a rename is atomic within one file system only.
      const temporary = `${target}.${crypto.randomUUID()}.part`
      const file = await open(temporary, 'wx', 0o600)
      return {
        async write(offset, bytes) {
          let written = 0
          while (written < bytes.length) {
            const rest = bytes.length - written
            written += (await file.write(bytes, written, rest, offset + written)).bytesWritten
          }
        },
        async commit() {
          await file.sync()
          await file.close()
          await rename(temporary, target)
        },
        async abort() {
          await file.close()
          await rm(temporary, { force: true })
        },
      }
    },
  }
}
