// SPDX-License-Identifier: Apache-2.0
/**
 * The documents that claim something name the test that shows it. This checks that each of those
 * tests exists, that no row of their tables goes without, and that every error code has its row.
 *
 * @module
 */

import { execFile } from 'node:child_process'
import { mkdtemp, readFile, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join, relative, resolve } from 'node:path'
import { fileURLToPath } from 'node:url'
import { promisify } from 'node:util'

const root = fileURLToPath(new URL('..', import.meta.url))
const run = promisify(execFile)

/** The documents whose tables end in a column of tests, or of reasons that begin with a dash. */
const DOCUMENTS = ['docs/specification.md', 'docs/compatibility.md', 'docs/errors.md']
const TEST_LINK = /\[((?:[^\]\\]|\\.)+)\]\(([^)\s]+\.(?:test|spec)\.ts)\)/gu

const failures: string[] = []
const tests = new Map<string, string[]>([...(await unitTests()), ...(await pageTests())])
let claims = 0

for (const document of DOCUMENTS) {
  const text = await readFile(join(root, document), 'utf8')
  for (const [, name = '', link = ''] of text.matchAll(TEST_LINK)) {
    claims += 1
    const file = relative(root, resolve(root, 'docs', link))
    const wanted = name.replaceAll(/\\(.)/gu, '$1')
    const names = tests.get(file)
    if (names === undefined) failures.push(`${document}: there is no test file ${file}`)
    else if (!names.some((known) => known.includes(wanted))) {
      failures.push(`${document}: ${file} has no test named “${wanted}”`)
    }
  }
  for (const row of tableRows(text)) {
    const last = row.at(-1) ?? ''
    if (!last.startsWith('–') && !/\]\([^)]+\)/u.test(last)) {
      failures.push(`${document}: no test and no reason in the row “${row[0] ?? ''}”`)
    }
  }
}

const declared = codesIn(await readFile(join(root, 'packages/core/src/errors.ts'), 'utf8'))
const documented = codesIn(
  tableRows(await readFile(join(root, 'docs/errors.md'), 'utf8'))
    .map(([code = '']) => code)
    .join('\n'),
)
for (const code of declared) {
  if (!documented.has(code)) failures.push(`docs/errors.md lacks ${code}`)
}
for (const code of documented) {
  if (!declared.has(code)) failures.push(`docs/errors.md: there is no ${code}`)
}

for (const failure of failures) console.error(failure)
console.log(`Documents: ${claims} claims, ${declared.size} error codes, ${failures.length} wrong`)
process.exitCode = failures.length === 0 ? 0 : 1

function codesIn(text: string): Set<string> {
  return new Set(text.match(/\bERR_[A-Z0-9_]+/gu))
}

/** The cells of all rows of all tables, without heads and rules. */
function tableRows(text: string): string[][] {
  const lines = text.split('\n')
  return lines
    .filter((line, i) => line.startsWith('| ') && !isRule(line) && !isRule(lines[i + 1]))
    .map((line) => line.split(/(?<!\\)\|/u).slice(1, -1))
    .map((cells) => cells.map((cell) => cell.trim()))
}

function isRule(line: string | undefined): boolean {
  return /^\|[\s:|-]+\|$/u.test(line ?? '')
}

async function unitTests(): Promise<Map<string, string[]>> {
  const folder = await mkdtemp(join(tmpdir(), 's3-cse-'))
  try {
    const list = join(folder, 'tests.json')
    await run('npx', ['vitest', 'list', `--json=${list}`], { cwd: root, maxBuffer: 1e8 })
    const found = JSON.parse(await readFile(list, 'utf8')) as { name: string; file: string }[]
    return grouped(found.map(({ name, file }) => [relative(root, file), name]))
  } finally {
    await rm(folder, { recursive: true })
  }
}

interface PageSuite {
  readonly title: string
  readonly file: string
  readonly specs: readonly { readonly title: string }[]
  readonly suites?: readonly PageSuite[]
}

async function pageTests(): Promise<Map<string, string[]>> {
  const { stdout } = await run('npx', ['playwright', 'test', '--list', '--reporter=json'], {
    cwd: root,
    maxBuffer: 1e8,
  })
  const { config, suites } = JSON.parse(stdout) as {
    config: { rootDir: string }
    suites: PageSuite[]
  }
  const walk = (
    { file, specs, suites: inner = [] }: PageSuite,
    path: string,
  ): [string, string][] => [
    ...specs.map(({ title }): [string, string] => [file, path + title]),
    ...inner.flatMap((suite) => walk(suite, `${path}${suite.title} > `)),
  ]
  return grouped(
    suites
      .flatMap((suite) => walk(suite, ''))
      .map(([file, name]) => [relative(root, join(config.rootDir, file)), name]),
  )
}

function grouped(pairs: readonly (readonly [string, string])[]): Map<string, string[]> {
  const groups = new Map<string, string[]>()
  for (const [file, name] of pairs) groups.set(file, [...(groups.get(file) ?? []), name])
  return groups
}
