// SPDX-License-Identifier: Apache-2.0
/**
 * Objects to S3 and back, by this library and by the clients of other languages. Writes `results.json` and
 * its part of `docs/performance.md`.
 *
 *     npm run bench:interop -- [--peer NAME]... [--scale full|quick]
 *     npm run bench:interop -- --report     # renews the document only
 *
 * @module
 */

import { readFileSync, writeFileSync } from 'node:fs'
import { parseArgs } from 'node:util'
import { build, installPackages, missingCommands } from '../../e2e/interop/toolchains.ts'
import { contestants, OURS } from './contestants.ts'
import { measure, type Measured } from './measure.ts'
import { writeSection } from './report.ts'
import { scales, type Scale } from './workloads.ts'

const { values: options } = parseArgs({
  options: {
    peer: { type: 'string', multiple: true },
    scale: { type: 'string', default: 'full' },
    report: { type: 'boolean', default: false },
  },
})
const scale = scales[options.scale as keyof typeof scales] as Scale | undefined
if (scale === undefined) throw new Error(`unknown scale: ${options.scale}`)
const file = new URL('results.json', import.meta.url)

if (!options.report) {
  const wanted = contestants.filter(
    ({ name }) => name === OURS || (options.peer?.includes(name) ?? true),
  )
  await installPackages(wanted)
  const present = wanted.filter((row) => missingCommands(row).length === 0)
  await build(present)
  const measured = await measure(present, scale)
  writeFileSync(file, `${JSON.stringify(measured, undefined, 1)}\n`)
  for (const row of wanted.filter((row) => !present.includes(row))) {
    console.log(`not run: ${row.name} (no ${missingCommands(row).join(', ')})`)
  }
}
await writeSection(JSON.parse(readFileSync(file, 'utf8')) as Measured[])
