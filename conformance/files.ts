// SPDX-License-Identifier: Apache-2.0
/**
 * From file to file, by the sources and sinks of the platform's adapter.
 *
 * @module
 */

import type { UploadInput } from '@s3-cse/client'
import { controlS3, encryptionClient, freshObject } from './account.ts'
import { assert, assertBytes, assertRejects, content, type Check } from './check.ts'
import type { Files, Library } from './library.ts'

const small = { partSize: 5 * 2 ** 20 }
const plaintext = content(12 * 2 ** 20 + 7)
const before = content(3)

function filesOf({ files }: Library): Files {
  assert(files !== undefined, 'a platform with files')
  return files
}

async function uploaded(library: Library) {
  const files = filesOf(library)
  const object = freshObject(library)
  await files.write(plaintext)
  const Body = await files.source()
  await encryptionClient(library, small).upload({ ...object, Body } as UploadInput)
  await files.write(before)
  return { object, files }
}

export const fileChecks: Check<Library>[] = [
  {
    name: 'a file goes up and comes back into a file',
    async run(library) {
      const { object, files } = await uploaded(library)
      await encryptionClient(library, small).download(object, await files.sink())
      assertBytes(await files.read(), plaintext)
    },
  },
  {
    name: 'a file stays what it was if the object was altered',
    async run(library) {
      const { object, files } = await uploaded(library)
      await controlS3(library, 'flip', {
        bucket: object.Bucket,
        key: object.Key,
        offset: 6_000_000,
      })
      const download = encryptionClient(library, small).download(object, await files.sink())
      await assertRejects(download, 'ERR_DECRYPTION_FAILED')
      assertBytes(await files.read(), before)
    },
  },
]
