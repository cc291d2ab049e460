// SPDX-License-Identifier: Apache-2.0
/**
 * What is written with each suite, and what reads all of them.
 *
 * @module
 */

import type { AlgorithmSuiteId, DecryptionPolicy, EncryptionPolicy } from '@s3-cse/core'

/** One way to write. */
export interface Writing {
  readonly name: string
  readonly suite: AlgorithmSuiteId
  readonly policy: EncryptionPolicy
}

export const writings: readonly Writing[] = [
  { name: 'AES-GCM with key commitment', suite: 0x0073, policy: {} },
  {
    name: 'AES-GCM',
    suite: 0x0072,
    policy: { commitmentPolicy: 'FORBID_ENCRYPT_ALLOW_DECRYPT' },
  },
  {
    name: 'AES-CBC',
    suite: 0x0070,
    policy: {
      commitmentPolicy: 'FORBID_ENCRYPT_ALLOW_DECRYPT',
      algorithmSuite: 'ALG_AES_256_CBC_IV16_NO_KDF',
      writeLegacyCbc: true,
    },
  },
]

export const readsAll: DecryptionPolicy & {
  commitmentPolicy: 'REQUIRE_ENCRYPT_ALLOW_DECRYPT'
} = {
  commitmentPolicy: 'REQUIRE_ENCRYPT_ALLOW_DECRYPT',
  enableLegacyUnauthenticatedModes: true,
}
