// SPDX-License-Identifier: Apache-2.0
/**
 * The examples in doc comments: each a module that may use the names of the prelude of `check-examples.ts`.
 *
 * @module
 */

import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'

const root = fileURLToPath(new URL('..', import.meta.url))

/** One example. */
export interface Example {
  /** File and line of its fence. */
  readonly name: string
  readonly file: string
  readonly line: number
  readonly code: string
}

const BLOCK = /@example[^\n]*\n *\* ```ts\n(?<code>[^]*?) *\* ```\n/g

/** All of them, by file and line. */
export function docCommentExamples(): Example[] {
  const sources = readdirSync(join(root, 'packages'), { recursive: true, encoding: 'utf8' })
    .map((path) => join('packages', path))
    .filter((path) => /^packages\/[a-z]+\/src\/.*\.ts$/.test(path.replaceAll('\\', '/')))
    .sort()
  return sources.flatMap((file) => {
    const text = readFileSync(join(root, file), 'utf8')
    return [...text.matchAll(BLOCK)].map(({ index, groups }) => {
      const line = text.slice(0, index).split('\n').length + 1
      const code = (groups?.['code'] ?? '').replaceAll(/^ *\* ?/gm, '')
      return { name: `${file}:${line}`, file, line, code }
    })
  })
}
