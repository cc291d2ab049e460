// SPDX-License-Identifier: Apache-2.0
/**
 * Golden objects: what clients of other languages wrote when the interoperability matrix recorded them.
 *
 * @module
 */

import type * as core from '@s3-cse/core'
import golden from '../e2e/fixtures/golden/objects.json' with { type: 'json' }
import { assertBytes, assertEqual, assertRejects, base64, flipped, type Check } from './check.ts'

/** What the checks are run on. */
export interface GoldenLibrary {
  readonly core: typeof core
  readonly rawRsa: core.RawRsa
}

type GoldenObject = (typeof golden.objects)[number]

const legacy = { enableLegacyWrappingAlgorithms: true }

/** The key that the object needs; AWS KMS is played by what it answered then. */
function keyringFor({ wrapping, kms }: GoldenObject, { core, rawRsa }: GoldenLibrary) {
  if (kms === null) {
    return wrapping.startsWith('AES')
      ? core.rawAesKeyring({ ...legacy, wrappingKey: base64(golden.keys.aes) })
      : core.rawRsaKeyring({ ...legacy, privateKey: base64(golden.keys.rsa), rsa: rawRsa })
  }
  const never = () => Promise.reject(new Error('golden objects are only read'))
  return core.kmsKeyring({
    ...legacy,
    discovery: true,
    kms: {
      generateDataKey: never,
      encrypt: never,
      decrypt({ encryptedDataKey, encryptionContext }) {
        assertEqual(encryptionContext, kms.encryptionContext)
        assertBytes(encryptedDataKey, base64(kms.wrapped))
        return Promise.resolve(base64(kms.dataKey))
      },
    },
  })
}

function read(object: GoldenObject, library: GoldenLibrary, body: Uint8Array<ArrayBuffer>) {
  const { core } = library
  const stored = object.metadata as unknown as core.StringMap
  const metadata =
    object.instructionFile === null
      ? stored
      : core.completeFromInstructionFile(
          core.envelopeFields(stored),
          new TextEncoder().encode(object.instructionFile),
        )
  return core.decrypt(
    { metadata, body },
    {
      keyring: keyringFor(object, library),
      commitmentPolicy: 'REQUIRE_ENCRYPT_ALLOW_DECRYPT',
      enableLegacyUnauthenticatedModes: true,
      encryptionContext: object.kms === null ? undefined : object.context,
    },
  )
}

const plaintexts: Readonly<Record<string, string>> = golden.plaintexts

export const goldenChecks: Check<GoldenLibrary>[] = golden.objects.map((object, index) => {
  const { writer, wrapping, suite, size, instructionFile } = object
  const place = instructionFile === null ? 'metadata' : 'instruction file'
  return {
    name: `golden ${index}: ${writer}, ${suite}, ${wrapping}, ${place}, ${size} bytes`,
    async run(library) {
      const body = base64(object.body)
      assertBytes(await read(object, library, body), base64(plaintexts[size] ?? ''))
      if (suite === 'cbc') return
      await assertRejects(read(object, library, flipped(body, 0)), 'ERR_DECRYPTION_FAILED')
    },
  }
})
