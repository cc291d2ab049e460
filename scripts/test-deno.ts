// SPDX-License-Identifier: Apache-2.0
/**
 * Runs the round trip of `e2e/deno` in Deno against a local AWS.
 *
 * @module
 */

import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { fileURLToPath } from 'node:url'
import { BUCKET, KEYS, openAccount } from '../e2e/account.ts'

const root = fileURLToPath(new URL('..', import.meta.url))
const account = await openAccount()
const argument = JSON.stringify({
  s3Config: account.s3Config,
  kmsConfig: account.kmsConfig(),
  keyId: KEYS.app,
  bucket: BUCKET,
})
// Checked by tsc with the rest; the packages are those that pnpm linked.
const flags = ['run', '--no-check', '--no-lock', '--allow-all', '--node-modules-dir=manual']
const deno = spawn('deno', [...flags, 'e2e/deno/round-trip.ts', argument], {
  cwd: root,
  stdio: 'inherit',
})
const [status] = (await once(deno, 'exit')) as [number | null]
await account.stop()
process.exitCode = status ?? 1
