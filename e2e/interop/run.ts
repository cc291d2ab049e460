// SPDX-License-Identifier: Apache-2.0
/**
 * Runs the interoperability matrix: detects toolchains, installs what the peers' manifests name, has every
 * peer and this library read what the other wrote, and writes `docs/interop.md`; or records golden objects.
 *
 *     npm run test:interop -- [--peer NAME]... [--server NAME]... [--table TEXT]
 *     npm run test:interop -- --record
 *
 * @module
 */

import { mkdir, writeFile } from 'node:fs/promises'
import { parseArgs } from 'node:util'
import { runCheck, type Check, type Result } from './checks.ts'
import { instructionFileChecks } from './instruction-files.ts'
import { matrixChecks, selectedChecks } from './matrix.ts'
import type { Client } from './objects.ts'
import { ours as startOurs } from './ours.ts'
import { observationChecks } from './observations.ts'
import { startPeer } from './peer.ts'
import { peers as rows } from './peers.ts'
import { policyChecks } from './policies.ts'
import { rangeChecks } from './ranges.ts'
import { markdown } from './report.ts'
import { record } from './record.ts'
import { localAws, servers } from './servers.ts'
import { tamperingChecks } from './tampering.ts'
import { build, installPackages, missingCommands, type Installable } from './toolchains.ts'
import { openWorld, type World } from './world.ts'

const { values: options } = parseArgs({
  options: {
    peer: { type: 'string', multiple: true },
    server: { type: 'string', multiple: true },
    table: { type: 'string' },
    record: { type: 'boolean' },
  },
})
const partial = Object.keys(options).length > 0
const AT_WORK = 2 // peers

const wanted = rows.filter(({ name }) => options.peer?.includes(name) ?? true)
const wantedServers = servers.filter(({ name }) => options.server?.includes(name) ?? true)
await installPackages(wanted)
const isPresent = (row: Installable) => missingCommands(row).length === 0
const present = wanted.filter(isPresent)
await build([...present, ...wantedServers.filter(isPresent)])
const missing = [...wanted, ...wantedServers].filter((row) => !isPresent(row))

const ours: Client = {
  peer: startOurs(),
  knows: { policies: ['forbid-allow', 'require-allow', 'require-require'] },
}
const clients: Client[] = []
for (const row of present) clients.push({ peer: await startPeer(row), knows: row })
const versions = new Map(clients.map(({ peer }) => [peer.name, peer.version]))

type Group = (world: World, server: string, ours: Client, client: Client) => readonly Check[]
const groups: readonly Group[] = [
  matrixChecks,
  policyChecks,
  rangeChecks,
  instructionFileChecks,
  tamperingChecks,
  observationChecks,
]

if (options.record === true) {
  const world = await openWorld(localAws)
  const golden = await record(world, clients)
  await world.stop()
  await Promise.all(clients.map(({ peer }) => peer.stop()))
  const folder = new URL('../fixtures/golden/', import.meta.url)
  await mkdir(folder, { recursive: true })
  await writeFile(new URL('objects.json', folder), `${JSON.stringify(golden, null, 1)}\n`)
  console.log(`${golden.objects.length} objects recorded`)
  process.exit()
}

const results: Result[] = []
for (const server of wantedServers.filter(isPresent)) {
  const world = await openWorld(server)
  const queue = [...clients]
  const work = async () => {
    for (let client = queue.shift(); client !== undefined; client = queue.shift()) {
      const asked = client
      const checks = server.all
        ? groups.flatMap((group) => group(world, server.name, ours, asked))
        : selectedChecks(world, server.name, ours, asked)
      await runAll(`${server.name}, ${asked.peer.name} ${asked.peer.version}`, checks)
    }
  }
  await Promise.all(Array.from({ length: AT_WORK }, work))
  await world.stop()
}
await Promise.all(clients.map(({ peer }) => peer.stop()))

async function runAll(title: string, all: readonly Check[]) {
  const checks = all.filter(({ table }) => table.includes(options.table ?? ''))
  const start = performance.now()
  let failures = 0
  for (const check of checks) {
    const result = await runCheck(check)
    results.push(result)
    if (result.status !== 'fail') continue
    failures++
    console.log(`FAIL ${result.name}\n     ${result.message}`)
  }
  const seconds = ((performance.now() - start) / 1000).toFixed(1)
  console.log(`${title}: ${checks.length - failures} passed, ${failures} failed (${seconds} s)`)
}

const text = markdown(
  results,
  present.map(({ name, title }) => ({ name, title, version: versions.get(name) ?? '' })),
)
console.log(text)
if (!partial) {
  await writeFile(new URL('../../docs/interop.md', import.meta.url), text)
}
for (const row of missing)
  console.log(`not run: ${row.name} (no ${missingCommands(row).join(', ')})`)

const failed = results.filter(({ status }) => status === 'fail').length
const absent = process.env['CI'] === 'true' ? missing.length : 0
console.log(`${results.length - failed} passed, ${failed + absent} failed`)
process.exitCode = failed + absent === 0 ? 0 : 1
