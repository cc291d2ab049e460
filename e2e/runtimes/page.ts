// SPDX-License-Identifier: Apache-2.0
/**
 * `docs/runtimes.md`, which is made of what ran.
 *
 * @module
 */

import { readFile, writeFile } from 'node:fs/promises'
import type { Run } from './run.ts'
import { table } from './table.ts'

const path = new URL('../../docs/runtimes.md', import.meta.url)

function page(runs: readonly Run[]): string {
  const loaded = runs.map(({ runtime }) => `| ${runtime.name} | ${runtime.packages} |`)
  return `# Runtimes

<!-- Written by \`npm run test:runtimes -- --update\`. -->

One list of checks, [\`conformance/\`](../conformance), runs in each of these against a local S3 and KMS over
HTTP, in browsers from another origin. The numbers are checks that passed.

${table(runs)}

What a runtime lacks is asserted to be refused with a typed error: Chromium has no AES keys of 24 bytes,
and a page sees no response headers that the bucket's CORS rules hide. A dash: the platform
has no files. Pages run under \`default-src 'self'\`, with S3 and KMS under \`connect-src\`, and no violation.

## Workers

The SDK's build for browsers reads answers in XML with \`DOMParser\`, which only pages have. Without one, errors,
lists and multipart uploads fail in every worker (aws/aws-sdk-js-v3#7375). \`@s3-cse/browser/edge\` is the same
package with one (\`@xmldom/xmldom\`, in \`globalThis.DOMParser\` and \`globalThis.Node\`); bundlers that know the conditions
\`workerd\`, \`worker\` or \`edge-light\` take it for \`@s3-cse/browser\`. Elsewhere, as in a service worker that Vite
bundles, import it by its name.

## What is loaded

| runtime | packages |
|---|---|
${loaded.join('\n')}
`
}

export async function updatePage(runs: readonly Run[]): Promise<void> {
  await writeFile(path, page(runs))
}

/** Numbers of checks, and the width of columns that follows them, may change without the page. */
const structure = (text: string) =>
  text.replaceAll(/\d+/g, '0').replaceAll(/ +/g, ' ').replaceAll(/-+/g, '-')

/** Says what to do if the page is not what these runs make of it. */
export async function checkPage(runs: readonly Run[]): Promise<string | undefined> {
  if (structure(await readFile(path, 'utf8')) === structure(page(runs))) return undefined
  return 'docs/runtimes.md is not what ran: npm run test:runtimes -- --update'
}
