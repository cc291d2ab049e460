// SPDX-License-Identifier: Apache-2.0
/**
 * Published vectors: what other implementations of the format wrote.
 *
 * @module
 */

import type * as core from '@s3-cse/core'
import { assertBytes, assertRejects, base64, flipped, hex, type Check } from './check.ts'
import content from './vectors/content.json' with { type: 'json' }
import derivation from './vectors/derivation.json' with { type: 'json' }
import objects from './vectors/objects.json' with { type: 'json' }

type Core = typeof core

const derivationChecks: Check<Core>[] = derivation.vectors.map((vector) => ({
  name: `key derivation: data key ${vector.dataKey.slice(0, 8)}`,
  async run({ deriveKeys }) {
    const derived = await deriveKeys({
      dataKey: hex(vector.dataKey),
      messageId: hex(vector.messageId),
    })
    assertBytes(derived.contentKey, hex(vector.contentKey))
    assertBytes(derived.commitment, hex(vector.commitment))
  },
}))

const contentChecks: Check<Core>[] = content.vectors.map((vector) => ({
  name: `content: ${vector.id}`,
  async run({ algorithmSuite, decryptBytes, encryptBytes }) {
    const key = {
      suite: algorithmSuite(vector.suite as core.AlgorithmSuiteId),
      key: hex(vector.key),
      iv: hex(vector.iv),
      aad: hex(vector.aad),
    }
    assertBytes(await encryptBytes(key, hex(vector.plaintext)), hex(vector.body))
    assertBytes(await decryptBytes(key, hex(vector.body)), hex(vector.plaintext))
    const altered = flipped(hex(vector.body), 0)
    await assertRejects(decryptBytes(key, altered), 'ERR_DECRYPTION_FAILED')
  },
}))

/** Answers with the data key of a vector, as the KMS of its authors did. */
function vectorKeyring(dataKey: string): core.Keyring {
  return {
    onEncrypt: () => Promise.reject(new Error('vectors are only read')),
    onDecrypt: () => Promise.resolve(base64(dataKey)),
  }
}

const objectChecks: Check<Core>[] = objects.vectors.map((vector) => ({
  name: `object: ${vector.id}`,
  async run({ decrypt }) {
    const object = {
      metadata: vector.metadata as Record<string, string>,
      body: hex(vector.body),
    }
    const plaintext = decrypt(object, {
      keyring: vectorKeyring(vector.dataKey),
      commitmentPolicy: 'REQUIRE_ENCRYPT_ALLOW_DECRYPT',
      enableLegacyUnauthenticatedModes: true,
    })
    if (vector.error !== undefined) await assertRejects(plaintext, vector.error)
    else assertBytes(await plaintext, hex(vector.plaintext))
  },
}))

/** One check for each vector. */
export const vectorChecks: Check<Core>[] = [...derivationChecks, ...contentChecks, ...objectChecks]
