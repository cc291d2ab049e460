// SPDX-License-Identifier: Apache-2.0
/**
 * Deno.
 *
 * @module
 */

import * as sdk from '@aws-sdk/client-s3'
import * as core from '@s3-cse/core'
import { rawRsa } from '@s3-cse/core/raw-rsa'
import * as client from '@s3-cse/deno'
import { runSuite } from '../suite.ts'

/** What is used here of Deno's own. */
declare const Deno: {
  readonly args: readonly string[]
  readonly version: { readonly deno: string }
  exit(): never
  makeTempDir(): Promise<string>
  readFile(path: string): Promise<Uint8Array>
  writeFile(path: string, data: Uint8Array): Promise<void>
  remove(path: string, options: { recursive: boolean }): Promise<void>
}

const folder = await Deno.makeTempDir()
const path = `${folder}/file`
const files = {
  source: () => Promise.resolve(client.fileSource(path)),
  sink: () => Promise.resolve(client.fileSink(path)),
  write: (bytes: Uint8Array) => Deno.writeFile(path, bytes),
  read: () => Deno.readFile(path),
}
try {
  await runSuite(Deno.args[0] ?? '', Deno.version.deno, { core, client, sdk, rawRsa, files })
} finally {
  await Deno.remove(folder, { recursive: true })
}
Deno.exit()
