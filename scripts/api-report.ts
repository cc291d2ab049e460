// SPDX-License-Identifier: Apache-2.0
/**
 * The public surface of every entry point, in `etc/`, so that a change of it shows in a diff.
 *
 *     tsx scripts/api-report.ts            writes the reports
 *     tsx scripts/api-report.ts --check    fails if one differs from what is checked in
 *
 * @module
 */

import { mkdirSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import {
  Extractor,
  ExtractorConfig,
  ExtractorLogLevel,
  type IConfigFile,
} from '@microsoft/api-extractor'

const root = fileURLToPath(new URL('..', import.meta.url))
const reports = join(root, 'etc')
const temporary = join(root, '.cache/api')

/** Package, and its built entry points by the name of their report. */
const ENTRY_POINTS: Readonly<Record<string, Readonly<Record<string, string>>>> = {
  core: { core: 'index', 'core-raw-rsa': 'raw-rsa-js' },
  client: { client: 'index', 'client-s3cse': 's3cse/index' },
  browser: { browser: 'index' },
  node: { node: 'index' },
  deno: { deno: 'index' },
}

function configuration(folder: string, name: string, entryPoint: string): IConfigFile {
  const project = join(root, 'packages', folder)
  return {
    projectFolder: project,
    mainEntryPointFilePath: join(project, 'dist', `${entryPoint}.d.ts`),
    compiler: { tsconfigFilePath: join(project, 'tsconfig.json') },
    newlineKind: 'lf',
    apiReport: {
      enabled: true,
      reportFileName: `${name}.api.md`,
      reportFolder: reports,
      reportTempFolder: temporary,
      includeForgottenExports: true,
    },
    docModel: { enabled: false },
    dtsRollup: { enabled: false },
    tsdocMetadata: { enabled: false },
    messages: {
      extractorMessageReporting: {
        // No release tags: all of it is public.
        'ae-missing-release-tag': { logLevel: ExtractorLogLevel.None },
        // TypeDoc finds the types that are missing; the report shows them all.
        'ae-forgotten-export': { logLevel: ExtractorLogLevel.None },
      },
      // TypeDoc reads the doc comments.
      tsdocMessageReporting: { default: { logLevel: ExtractorLogLevel.None } },
    },
  }
}

/** False if the report differs, or the surface has what it should not. */
function report(folder: string, name: string, entryPoint: string, check: boolean): boolean {
  const extractorConfig = ExtractorConfig.prepare({
    configObject: configuration(folder, name, entryPoint),
    configObjectFullPath: undefined,
    packageJsonFullPath: join(root, 'packages', folder, 'package.json'),
  })
  const { succeeded, apiReportChanged } = Extractor.invoke(extractorConfig, {
    localBuild: !check,
    messageCallback(message) {
      message.handled = message.messageId.startsWith('console-')
    },
  })
  if (check && apiReportChanged) {
    console.error(`etc/${name}.api.md differs: look at what changed, and run npm run api:update`)
  }
  return succeeded
}

mkdirSync(reports, { recursive: true })
const check = process.argv.includes('--check')
const results = Object.entries(ENTRY_POINTS).flatMap(([folder, entryPoints]) =>
  Object.entries(entryPoints).map(([name, path]) => report(folder, name, path, check)),
)
const failed = results.filter((succeeded) => !succeeded).length
console.log(`API reports: ${results.length - failed} passed, ${failed} failed`)
process.exitCode = failed === 0 ? 0 : 1
