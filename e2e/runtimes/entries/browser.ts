// SPDX-License-Identifier: Apache-2.0
/**
 * A page. Its file is one of the origin's private file system.
 *
 * @module
 */

import * as sdk from '@aws-sdk/client-s3'
import * as client from '@s3-cse/browser'
import * as core from '@s3-cse/core'
import { rawRsa } from '@s3-cse/core/raw-rsa'
import { runSuite } from '../suite.ts'

/** Undefined in WebKitGTK, which has no such file system. */
async function filesOfOrigin() {
  if (!('storage' in navigator)) return undefined
  const folder = await navigator.storage.getDirectory()
  const handle = await folder.getFileHandle('file', { create: true })
  return {
    source: () => handle.getFile(),
    sink: () => Promise.resolve(client.fileSink(handle)),
    async write(bytes: core.Bytes) {
      const file = await handle.createWritable()
      await file.write(bytes)
      await file.close()
    },
    read: async () => new Uint8Array(await (await handle.getFile()).arrayBuffer()),
  }
}

const files = await filesOfOrigin()
await runSuite(location.origin, navigator.userAgent, { core, client, sdk, rawRsa, files })
