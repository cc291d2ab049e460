// SPDX-License-Identifier: Apache-2.0
/**
 * Type-checks the TypeScript in the documents and in doc comments, each block as a module of its own, and compares blocks
 * that quote a file with the file. A block that cannot stand alone may use the names of the prelude.
 *
 * @module
 */

import { spawnSync } from 'node:child_process'
import { mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { docCommentExamples } from './doc-comment-examples.ts'

const root = fileURLToPath(new URL('..', import.meta.url))
const folder = join(root, '.cache/examples')

const DOCUMENTS = [
  'README.md',
  'SECURITY.md',
  ...readdirSync(join(root, 'docs'))
    .filter((name) => name.endsWith('.md'))
    .map((name) => `docs/${name}`),
]

const PRELUDE = `
import type { KMSClient } from '@aws-sdk/client-kms'
import type * as node from '@s3-cse/node'
declare global {
  const Bucket: string
  const Key: string
  const file: File
  const s3: node.S3EncryptionClient
  const kms: KMSClient
  const kmsPort: typeof node.kmsPort
  const keyring: node.Keyring
  const publicPem: string
  const privatePem: string
  const encryptedPem: string
  const publicDer: Uint8Array
  const privateDer: Uint8Array
  const currentKey: Uint8Array
  const formerKey: Uint8Array
  const findKey: (id: string) => Promise<Uint8Array>
  const save: (state: node.UploadState) => Promise<void>
}
`

const CONFIGURATION = {
  extends: '../../tsconfig.checks.json',
  compilerOptions: { noUnusedLocals: false, noUnusedParameters: false },
  include: ['.'],
}

const BLOCK = /^(?:<!-- (?<quoted>\S+) -->\n\n)?```ts\n(?<code>[^]*?)^```$/gm

const failures: string[] = []
let blocks = 0

rmSync(folder, { recursive: true, force: true })
mkdirSync(folder, { recursive: true })
writeFileSync(join(folder, 'prelude.ts'), PRELUDE)
writeFileSync(join(folder, 'tsconfig.json'), JSON.stringify(CONFIGURATION))

for (const document of DOCUMENTS) {
  const text = readFileSync(join(root, document), 'utf8')
  for (const { index, groups = {} } of text.matchAll(BLOCK)) {
    const { quoted, code = '' } = groups
    blocks += 1
    if (quoted !== undefined && !readFileSync(join(root, quoted), 'utf8').endsWith(code)) {
      failures.push(`${document} does not quote ${quoted} as it is`)
    }
    // Lines keep their numbers, so that the compiler's complaints lead to the document.
    const before = text.slice(0, text.indexOf('```ts', index)).split('\n')
    const module = `${'\n'.repeat(before.length)}${code.replaceAll("'npm:", "'")}export {}\n`
    const name = `${document.replaceAll('/', '__')}.${before.length}.ts`
    writeFileSync(join(folder, name), module)
  }
}

for (const { file, line, code } of docCommentExamples()) {
  blocks += 1
  const name = `${file.replaceAll(/[/\\]/g, '__')}.${line}.ts`
  writeFileSync(join(folder, name), `${'\n'.repeat(line)}${code}export {}\n`)
}

const tsc = join(root, 'node_modules/typescript/bin/tsc')
const { status } = spawnSync(process.execPath, [tsc, '-p', folder], { cwd: root, stdio: 'inherit' })
if (status !== 0) failures.push('The examples above do not compile')

for (const failure of failures) console.error(failure)
console.log(
  `Documents and doc comments: ${blocks} examples, ${failures.length === 0 ? 'all right' : 'some wrong'}`,
)
process.exitCode = failures.length === 0 ? 0 : 1
