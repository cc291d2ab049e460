// SPDX-License-Identifier: Apache-2.0
/**
 * The choices of algorithm: how to write, and what to accept when reading.
 *
 * @module
 */

import type { DecryptionPolicy, EncryptionPolicy } from '@s3-cse/browser'

export type SuiteId = 'committing' | 'gcm' | 'cbc'

/** Options of the client that writes, for each suite. */
export const writing: Readonly<Record<SuiteId, EncryptionPolicy>> = {
  committing: {},
  gcm: { commitmentPolicy: 'FORBID_ENCRYPT_ALLOW_DECRYPT' },
  cbc: {
    commitmentPolicy: 'FORBID_ENCRYPT_ALLOW_DECRYPT',
    algorithmSuite: 'ALG_AES_256_CBC_IV16_NO_KDF',
    writeLegacyCbc: true,
  },
}

/** Options of the client that reads. Each also accepts what those before it do. */
export const reading: Readonly<Record<SuiteId, DecryptionPolicy & EncryptionPolicy>> = {
  committing: {},
  gcm: { commitmentPolicy: 'REQUIRE_ENCRYPT_ALLOW_DECRYPT' },
  cbc: {
    commitmentPolicy: 'REQUIRE_ENCRYPT_ALLOW_DECRYPT',
    enableLegacyUnauthenticatedModes: true,
  },
}

/** The suite of a form's value. @throws `RangeError` */
export function suiteId(value: unknown): SuiteId {
  if (typeof value !== 'string' || !Object.hasOwn(writing, value)) {
    throw new RangeError(`Unknown suite ${String(value)}`)
  }
  return value as SuiteId
}
