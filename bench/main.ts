// SPDX-License-Identifier: Apache-2.0
/**
 * `npm run bench`: measures, keeps the results in `results.json` and renews the document.
 *
 * @module
 */

import { readFileSync, writeFileSync } from 'node:fs'
import { cpus, totalmem } from 'node:os'
import { parseArgs } from 'node:util'
import { writeDocument } from './report/document.ts'
import { runtimes } from './runtimes.ts'
import { scales, topics, type Results } from './topics.ts'

/** What `results.json` holds. */
export interface AllResults {
  machine: string
  /** Of each runtime by its name on the command line. */
  runtimes: Record<string, Results>
}

const USAGE = `npm run bench -- [topic...] [--runtimes name,name] [--scale full|quick] [--dry]
  topics: ${Object.keys(topics).join(', ')}; all unless given; "report" renews the document only
  runtimes: ${Object.keys(runtimes).join(', ')}
  --dry prints the results and keeps nothing`

function refuse(what: string): never {
  console.error(`${what}\n${USAGE}`)
  process.exit(2)
}

const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: {
    runtimes: { type: 'string', default: Object.keys(runtimes).join(',') },
    scale: { type: 'string', default: 'full' },
    dry: { type: 'boolean', default: false },
  },
})
const scale = scales[values.scale as keyof typeof scales] as (typeof scales)['full'] | undefined
if (scale === undefined) refuse(`unknown scale: ${values.scale}`)

const file = new URL('results.json', import.meta.url)
const results = JSON.parse(readFileSync(file, 'utf8')) as AllResults
const asked = positionals.length === 0 ? Object.keys(topics) : positionals
for (const topic of asked) {
  if (topic === 'report') continue
  if (!(topic in topics)) refuse(`unknown topic: ${topic}`)
  for (const name of values.runtimes.split(',')) {
    const runtime = runtimes[name] ?? refuse(`unknown runtime: ${name}`)
    const start = Date.now()
    const measured = await topics[topic as keyof Results](runtime, scale)
    console.error(`${topic}, ${runtime.name}: ${Math.round((Date.now() - start) / 1000)} s`)
    results.runtimes[name] = { ...results.runtimes[name], [topic]: measured }
    results.machine = `${cpus().length} processors (${cpus()[0]?.model ?? 'unknown'}), ${Math.round(totalmem() / 2 ** 30)} GiB, Linux`
    if (values.dry) console.log(JSON.stringify(measured))
    else writeFileSync(file, JSON.stringify(results, undefined, 1) + '\n')
  }
}
if (!values.dry) await writeDocument(results)
