// SPDX-License-Identifier: Apache-2.0
/**
 * What a page of another origin sees depends on the CORS rules of the bucket.
 *
 * @module
 */

import { assertBytes, assertEqual, assertRejects, content, type Check } from './check.ts'
import { bodyOf, controlS3, encryptionClient, freshObject } from './account.ts'
import type { Library } from './library.ts'

const plaintext = content(1000)

/** Names of response headers that the rules forget, and how a page is told. */
const rules = [
  { name: 'the envelope', names: '^x-amz-meta-', code: 'ERR_ENVELOPE_MISSING' },
  { name: 'a field of the envelope', names: '^x-amz-meta-x-amz-d$', code: 'ERR_ENVELOPE_INVALID' },
] as const

async function hiding(library: Library, names: string | null): Promise<void> {
  await controlS3(library, 'hide-headers', { names })
}

const hidden: Check<Library>[] = rules.map(({ name, names, code }) => ({
  name: `rules that hide ${name}: refused by a page of another origin, read by all others`,
  async run(library) {
    const object = freshObject(library)
    const client = encryptionClient(library)
    await client.putObject({ ...object, Body: plaintext })
    await hiding(library, names)
    try {
      const get = client.getObject(object)
      if (library.traits.crossOrigin) await assertRejects(get, code)
      else assertBytes(await bodyOf(await get), plaintext)
    } finally {
      await hiding(library, null)
    }
    assertBytes(await bodyOf(await client.getObject(object)), plaintext)
  },
}))

const isolated: Check<Library> = {
  name: 'the page is isolated from those of other origins where it is meant to be',
  run({ traits }) {
    const { crossOriginIsolated = false } = globalThis as { crossOriginIsolated?: boolean }
    assertEqual(crossOriginIsolated, traits.isolated)
    return Promise.resolve()
  },
}

export const corsChecks: Check<Library>[] = [...hidden, isolated]
