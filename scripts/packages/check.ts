// SPDX-License-Identifier: Apache-2.0
/**
 * Everything that can be said about the packages without running them.
 *
 *     npm run check:packages
 *
 * @module
 */

import { execFile } from 'node:child_process'
import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { entryPoints, packages, ROOT } from './entry-points.ts'
import { jsrPackages, layOutForJsr } from './jsr.ts'
import { packAll } from './pack.ts'
import { budgets, measure } from './sizes.ts'

const run = promisify(execFile)
const bin = (name: string) => join(ROOT, 'node_modules', '.bin', name)

/** A check; it fails if it throws or returns something. */
interface PackageCheck {
  readonly name: string
  readonly run: () => Promise<string | undefined> | string | undefined
}

const tool = (name: string, command: string, args: string[], cwd = ROOT): PackageCheck => ({
  name,
  async run() {
    try {
      await run(bin(command), args, { cwd, timeout: 300_000, maxBuffer: 2 ** 26 })
      return undefined
    } catch (error) {
      const { stdout, stderr } = error as { stdout?: string; stderr?: string }
      return `${stdout ?? ''}${stderr ?? ''}` || String(error)
    }
  },
})

const tarballs = packAll()

const lint = [...tarballs].flatMap(([name, path]) => [
  tool(`${name}: publint`, 'publint', ['run', path, '--strict']),
  tool(`${name}: the types are right`, 'attw', [path, '--profile', 'esm-only', '--no-emoji']),
])

const REQUIRED = [
  'name',
  'version',
  'description',
  'license',
  'repository',
  'files',
  'exports',
  'engines',
] as const

const metadata = packages.map(({ folder, manifest }) => ({
  name: `${manifest.name}: ready to publish`,
  run() {
    const missing = REQUIRED.filter((field) => manifest[field] === undefined)
    if (missing.length > 0) return `package.json has no ${missing.join(', ')}`
    const { version } = packages[0]?.manifest ?? {}
    if (manifest.version !== version) return 'the packages have one version'
    if (!folder.endsWith(manifest.repository?.directory ?? '?'))
      return 'repository.directory is another'
    return undefined
  },
}))

const jsr = jsrPackages.map((entry) => ({
  name: `${entry.manifest.name}: jsr.json says what package.json says`,
  run() {
    const theirs = Object.keys(entry.jsr.exports).sort().join()
    const ours = entryPoints(entry).sort().join()
    if (theirs !== ours) return `exports: ${theirs} instead of ${ours}`
    return entry.jsr.version === entry.manifest.version
      ? undefined
      : `version: ${entry.jsr.version}`
  },
}))

const sizes = budgets.map(({ name, code, external, most, without }) => ({
  name: `${name}: at most ${most} KiB`,
  async run() {
    const { size, modules } = await measure(code, external)
    console.log(`  ${name}: ${size.toFixed(2)} KiB`)
    if (size > most) return `${size.toFixed(2)} KiB`
    const unwanted = modules.filter((path) => without.some((part) => path.includes(part)))
    return unwanted.length > 0 ? `it carries ${unwanted.join(', ')}` : undefined
  },
}))

const sideEffects = packages.map(({ manifest: { name } }) => ({
  name: `${name}: an import that nobody uses leaves nothing`,
  async run() {
    const { modules } = await measure(`import '${name}'`, ['node:*'])
    return modules.length > 0 ? modules.join(', ') : undefined
  },
}))

const files = (folder: string, extension: string) =>
  readdirSync(folder, { recursive: true, encoding: 'utf8' })
    .filter((name) => name.endsWith(extension))
    .map((name) => join(folder, name))

const maps = packages.map(({ folder, manifest: { name } }) => ({
  name: `${name}: source maps with sources`,
  run() {
    const scripts = files(join(folder, 'dist'), '.js')
    const without = scripts.filter((path) => {
      const map = JSON.parse(readFileSync(`${path}.map`, 'utf8')) as { sourcesContent?: unknown[] }
      return map.sourcesContent?.length !== 1
    })
    return without.length > 0 ? without.join(', ') : undefined
  },
}))

/** What a Content-Security-Policy of `default-src 'self'` would stop. */
const FORBIDDEN = /\beval\(|\bnew Function\(|\bWebAssembly\b|createObjectURL|\bnew Worker\(/

const policy: PackageCheck = {
  name: "@s3-cse/core: nothing that default-src 'self' stops",
  run() {
    const scripts = files(join(ROOT, 'packages', 'core', 'dist'), '.js')
    const guilty = scripts.filter((path) => FORBIDDEN.test(readFileSync(path, 'utf8')))
    return guilty.length > 0 ? guilty.join(', ') : undefined
  },
}

const checks: readonly PackageCheck[] = [
  ...metadata,
  ...lint,
  ...jsr,
  tool(
    'deno publish --dry-run',
    'deno',
    ['publish', '--dry-run', '--allow-dirty', '--no-check'],
    layOutForJsr(),
  ),
  ...sizes,
  ...sideEffects,
  ...maps,
  policy,
  tool('the public surface is that of etc/*.api.md', 'tsx', ['scripts/api-report.ts', '--check']),
  tool('every public symbol is documented', 'typedoc', ['--emit', 'none']),
  tool('knip: nothing unused, nothing undeclared', 'knip', ['--no-progress']),
]

let failed = 0
for (const check of checks) {
  const failure = await Promise.resolve()
    .then(() => check.run())
    .catch((error: unknown) => String(error))
  if (failure !== undefined) failed += 1
  console.log(failure === undefined ? `✓ ${check.name}` : `✗ ${check.name}\n${failure}`)
}
console.log(`\n${checks.length - failed} passed, ${failed} failed`)
process.exitCode = failed === 0 ? 0 : 1
