// SPDX-License-Identifier: Apache-2.0
/**
 * Runs the interoperability matrix: detects toolchains, installs what the peers' manifests name, has every
 * peer and this library read what the other wrote, and writes `docs/interop.md`.
 *
 *     npm run test:interop -- [--peer NAME]...
 *
 * @module
 */

import { writeFile } from 'node:fs/promises'
import { parseArgs } from 'node:util'
import { runCheck, type Result } from './checks.ts'
import { matrixChecks, type Client } from './matrix.ts'
import { ours as startOurs } from './ours.ts'
import { startPeer } from './peer.ts'
import { peers as rows, type PeerRow } from './peers.ts'
import { markdown } from './report.ts'
import { servers } from './servers.ts'
import { build, installPackages, missingCommands } from './toolchains.ts'
import { openWorld } from './world.ts'

const { values: options } = parseArgs({ options: { peer: { type: 'string', multiple: true } } })
const AT_WORK = 2 // peers

const wanted = rows.filter((row) => options.peer?.includes(row.name) ?? true)
await installPackages(wanted)
const present = wanted.filter((row) => missingCommands(row).length === 0)
const missing = wanted.filter((row) => !present.includes(row))
await build(present)

const results: Result[] = []
const versions = new Map<string, string>()
const ours: Client = {
  peer: startOurs(),
  knows: { policies: ['forbid-allow', 'require-allow', 'require-require'] },
}

for (const server of servers) {
  const world = await openWorld(server)
  const queue = [...present]
  const work = async () => {
    for (let row = queue.shift(); row !== undefined; row = queue.shift()) {
      await runPeer(row, (client) => matrixChecks(world, server.name, ours, client))
    }
  }
  await Promise.all(Array.from({ length: AT_WORK }, work))
  await world.stop()
}

async function runPeer(
  row: PeerRow,
  checksOf: (client: Client) => ReturnType<typeof matrixChecks>,
) {
  const peer = await startPeer(row)
  versions.set(row.name, peer.version)
  const start = performance.now()
  const checks = checksOf({ peer, knows: row })
  let failed = 0
  for (const check of checks) {
    const result = await runCheck(check)
    results.push(result)
    if (result.status !== 'fail') continue
    failed++
    console.log(`FAIL ${result.name}\n     ${result.message}`)
  }
  await peer.stop()
  const seconds = ((performance.now() - start) / 1000).toFixed(1)
  console.log(
    `${row.name} ${peer.version}: ${checks.length - failed} passed, ${failed} failed (${seconds} s)`,
  )
}

const text = markdown(
  results,
  present.map(({ name }) => name),
)
console.log(text)
if (options.peer === undefined) {
  await writeFile(new URL('../../docs/interop.md', import.meta.url), text)
}
for (const row of missing)
  console.log(`not run: ${row.name} (no ${missingCommands(row).join(', ')})`)

const failed = results.filter(({ status }) => status === 'fail').length
const absent = process.env['CI'] === 'true' ? missing.length : 0
console.log(`${results.length - failed} passed, ${failed + absent} failed`)
process.exitCode = failed + absent === 0 ? 0 : 1
