// SPDX-License-Identifier: Apache-2.0
/**
 * Envelopes: written, read, and refused where they are not what a writer makes.
 *
 * @module
 */

import type { EncryptedObject, Keyring } from '@s3-cse/core'
import { assertBytes, assertEqual, assertRejects, content, type Check } from './check.ts'
import type { Library } from './library.ts'
import { readsAll, writings } from './policies.ts'

const plaintext = content(33)

function rawAes({ core }: Library): Keyring {
  return core.rawAesKeyring({ wrappingKey: content(32), materialDescription: { key: 'é' } })
}

const fieldsOf: Readonly<Record<number, readonly string[]>> = {
  0x0070: ['x-amz-cek-alg', 'x-amz-iv', 'x-amz-key-v2', 'x-amz-matdesc'],
  0x0072: ['x-amz-cek-alg', 'x-amz-iv', 'x-amz-key-v2', 'x-amz-matdesc', 'x-amz-tag-len'],
  0x0073: ['x-amz-3', 'x-amz-c', 'x-amz-d', 'x-amz-i', 'x-amz-m', 'x-amz-w'],
}
const ofV2 = ['x-amz-unencrypted-content-length', 'x-amz-wrap-alg']

const written: Check<Library>[] = writings.map(({ name, suite, policy }) => ({
  name: `written: ${name}`,
  async run(library) {
    const keyring = rawAes(library)
    const metadata = { Owner: 'me' }
    const object = await library.core.encrypt(plaintext, { ...policy, keyring, metadata })
    const expected = [...(fieldsOf[suite] ?? []), ...(suite === 0x0073 ? [] : ofV2), 'owner']
    assertEqual(Object.keys(object.metadata).sort(), expected.sort())
    const envelope = library.core.readEnvelope(library.core.envelopeFields(object.metadata))
    assertEqual([envelope.suite.id, envelope.description], [suite, { key: 'é' }])
    const read = await library.core.decrypt(object, { ...readsAll, keyring })
    assertBytes(read, plaintext)
  },
}))

type Alter = (metadata: Record<string, string>) => Record<string, string>

const without =
  (name: string): Alter =>
  (metadata) =>
    Object.fromEntries(Object.entries(metadata).filter(([key]) => key !== name))
const replaced =
  (name: string, value: string): Alter =>
  (metadata) => ({ ...metadata, [name]: value })

/** What happens to an envelope of format V3, and how it is refused. */
const alterations: readonly (readonly [what: string, alter: Alter, code: string])[] = [
  ['no envelope', () => ({}), 'ERR_ENVELOPE_MISSING'],
  ['without x-amz-3', without('x-amz-3'), 'ERR_ENVELOPE_MISSING'],
  ...['x-amz-c', 'x-amz-d', 'x-amz-i', 'x-amz-w'].map(
    (name) => [`without ${name}`, without(name), 'ERR_ENVELOPE_INVALID'] as const,
  ),
  ['with a key of format V2', replaced('x-amz-key-v2', 'AAAA'), 'ERR_ENVELOPE_CONFLICT'],
  ['no base64', replaced('x-amz-i', '*'), 'ERR_ENVELOPE_INVALID'],
  ['a short message ID', replaced('x-amz-i', 'AAAA'), 'ERR_ENVELOPE_INVALID'],
  ['a message ID of zeros', replaced('x-amz-i', `${'A'.repeat(37)}A==`), 'ERR_ENVELOPE_ZERO_IV'],
  ['another message ID', replaced('x-amz-i', `B${'A'.repeat(36)}A==`), 'ERR_COMMITMENT_MISMATCH'],
  ['an unknown suite', replaced('x-amz-c', '119'), 'ERR_ALGORITHM_UNKNOWN'],
  ['an unknown wrapping', replaced('x-amz-w', '99'), 'ERR_ALGORITHM_UNKNOWN'],
  ['a description that is no JSON', replaced('x-amz-m', '{'), 'ERR_ENVELOPE_INVALID'],
]

const refused: Check<Library>[] = alterations.map(([what, alter, code]) => ({
  name: `refused: ${what}`,
  async run(library) {
    const keyring = rawAes(library)
    const object: EncryptedObject = await library.core.encrypt(plaintext, { keyring })
    const altered = { ...object, metadata: alter(object.metadata) }
    await assertRejects(library.core.decrypt(altered, { ...readsAll, keyring }), code)
  },
}))

export const envelopeChecks: Check<Library>[] = [...written, ...refused]
