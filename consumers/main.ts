// SPDX-License-Identifier: Apache-2.0
/**
 * Installs the packed packages as a stranger would, and does a round trip with each consumer.
 *
 *     tsx consumers/main.ts [--only NAME]
 *
 * `--only` takes a part of the name of a consumer.
 *
 * @module
 */

import { rm } from 'node:fs/promises'
import { parseArgs } from 'node:util'
import { BUCKET, KEYS, openAccount } from '../e2e/account.ts'
import { decryptIndependently, sha256 } from '../e2e/demo/independent.ts'
import { consumers, type Consumer } from './consumers.ts'
import { installProjects } from './install.ts'

const { values } = parseArgs({ options: { only: { type: 'string', multiple: true } } })
const chosen = consumers.filter(
  ({ name }) => values.only?.some((part) => name.includes(part)) ?? true,
)

/** What every project puts: more than one part, so that S3 answers in XML too. */
const CONTENT = sha256(Buffer.from(new Uint8Array(9_000_000).map((_, i) => (i * 7) % 251)))

const account = await openAccount()
const folder = await installProjects()

/** Why it failed, if it did. */
async function failureOf({ name, steps }: Consumer): Promise<string | undefined> {
  try {
    const given = {
      s3: account.s3Config,
      kms: account.kmsConfig(),
      keyId: KEYS.app,
      object: { Bucket: BUCKET, Key: name },
    }
    for (const step of steps) await step({ folder, account: given })
    const { suite, sha256: digest } = await decryptIndependently(account.aws, {
      bucket: BUCKET,
      key: name,
    })
    return suite === '115' && digest === CONTENT
      ? undefined
      : `It stored ${digest} in suite ${suite}, not ${CONTENT} in suite 115`
  } catch (error) {
    return error instanceof Error ? error.message : String(error)
  }
}

let failed = 0
for (const consumer of chosen) {
  const failure = await failureOf(consumer)
  console.log(`${failure === undefined ? '✓' : '✗'} ${consumer.name}`)
  if (failure === undefined) continue
  failed += 1
  console.log(failure)
}

await account.stop()
await rm(folder, { recursive: true, force: true, maxRetries: 3 })
console.log(`\n${chosen.length - failed} passed, ${failed} failed`)
process.exitCode = failed === 0 && chosen.length > 0 ? 0 : 1
