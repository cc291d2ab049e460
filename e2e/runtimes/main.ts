// SPDX-License-Identifier: Apache-2.0
/**
 * Runs the one list of checks in every runtime.
 *
 *     tsx e2e/runtimes/main.ts [--only NAME] [--update]
 *
 * `--only` takes a part of the name of a runtime; `--update` writes `docs/runtimes.md`, which is compared
 * otherwise.
 *
 * @module
 */

import { parseArgs } from 'node:util'
import { bundleSuite } from './bundle.ts'
import { checkPage, updatePage } from './page.ts'
import { runIn, type Run } from './run.ts'
import { runtimes } from './runtimes.ts'
import { describe, expected, table } from './table.ts'

const { values } = parseArgs({
  options: { only: { type: 'string', multiple: true }, update: { type: 'boolean' } },
})
const chosen = runtimes.filter(
  ({ name }) => values.only?.some((part) => name.includes(part)) ?? true,
)

await bundleSuite()
const runs: Run[] = []
const waiting = [...chosen]
const SIDE_BY_SIDE = 2
await Promise.all(
  Array.from({ length: SIDE_BY_SIDE }, async () => {
    for (let next = waiting.shift(); next !== undefined; next = waiting.shift()) {
      const run = await runIn(next)
      runs.push(run)
      console.log(describe(run))
    }
  }),
)
runs.sort((a, b) => runtimes.indexOf(a.runtime) - runtimes.indexOf(b.runtime))

console.log(`\n${table(runs)}`)
const failures = runs.flatMap(({ runtime, results, failure }) => [
  ...(failure === undefined ? [] : [`${runtime.name}: ${failure}`]),
  ...results.flatMap(({ area, name, error }) =>
    error === undefined ? [] : [`${runtime.name} › ${area} › ${name}\n${error}`],
  ),
  ...expected(results),
])
for (const failure of failures) console.log(`\n✗ ${failure}`)

if (values.update === true) await updatePage(runs)
else if (chosen.length === runtimes.length) {
  const difference = await checkPage(runs)
  if (difference !== undefined) failures.push(difference)
}

const passed = runs.flatMap(({ results }) => results.filter(({ error }) => error === undefined))
console.log(`\n${passed.length} passed, ${failures.length} failed`)
process.exitCode = failures.length === 0 ? 0 : 1
