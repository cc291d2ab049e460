// SPDX-License-Identifier: Apache-2.0
/**
 * Node.js, and Bun, which runs the same package.
 *
 * @module
 */

import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import * as sdk from '@aws-sdk/client-s3'
import * as core from '@s3-cse/core'
import { rawRsa } from '@s3-cse/core/raw-rsa'
import * as client from '@s3-cse/node'
import { runSuite } from '../suite.ts'

const folder = await mkdtemp(join(tmpdir(), 'conformance-'))
const path = join(folder, 'file')
const files = {
  source: () => Promise.resolve(client.fileSource(path)),
  sink: () => Promise.resolve(client.fileSink(path)),
  write: (bytes: Uint8Array) => writeFile(path, bytes),
  read: () => readFile(path),
}
const { bun, node } = process.versions
try {
  await runSuite(process.argv[2] ?? '', bun ?? node, { core, client, sdk, rawRsa, files })
} finally {
  await rm(folder, { recursive: true })
}
process.exit()
