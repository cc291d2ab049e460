// SPDX-License-Identifier: Apache-2.0
/**
 * What may be written and what may be read: commitment policies and the legacy option.
 * Specification: awslabs/aws-encryption-sdk-specification, s3-encryption/key-commitment.md.
 *
 * @module
 */

import { S3EncryptionError } from './errors.ts'
import {
  algorithmSuite,
  algorithmSuites,
  type AlgorithmSuite,
  type AlgorithmSuiteName,
} from './suites.ts'

/** How key commitment is demanded; the names are the specification's. */
export type CommitmentPolicy =
  | 'FORBID_ENCRYPT_ALLOW_DECRYPT'
  | 'REQUIRE_ENCRYPT_ALLOW_DECRYPT'
  | 'REQUIRE_ENCRYPT_REQUIRE_DECRYPT'

interface PolicyRow {
  readonly writesCommitting: boolean
  readonly readsOnlyCommitting: boolean
}

const policies: Readonly<Record<CommitmentPolicy, PolicyRow>> = {
  FORBID_ENCRYPT_ALLOW_DECRYPT: { writesCommitting: false, readsOnlyCommitting: false },
  REQUIRE_ENCRYPT_ALLOW_DECRYPT: { writesCommitting: true, readsOnlyCommitting: false },
  REQUIRE_ENCRYPT_REQUIRE_DECRYPT: { writesCommitting: true, readsOnlyCommitting: true },
}

/**
 * How content is encrypted. Pairs that the specification forbids do not compile, and are refused at
 * run time too.
 */
export type EncryptionPolicy =
  | {
      /** @defaultValue `'REQUIRE_ENCRYPT_REQUIRE_DECRYPT'` */
      readonly commitmentPolicy?:
        'REQUIRE_ENCRYPT_ALLOW_DECRYPT' | 'REQUIRE_ENCRYPT_REQUIRE_DECRYPT' | undefined
      /** @defaultValue the suite with key commitment, 0x0073 */
      readonly algorithmSuite?: 'ALG_AES_256_GCM_HKDF_SHA512_COMMIT_KEY' | undefined
      /** Off: AES-CBC needs the other switches too. */
      readonly writeLegacyCbc?: false | undefined
    }
  | {
      /** Writes without key commitment, for readers that do not know it yet. Reads everything. */
      readonly commitmentPolicy: 'FORBID_ENCRYPT_ALLOW_DECRYPT'
      /** @defaultValue AES-GCM without key commitment, 0x0072 */
      readonly algorithmSuite?: 'ALG_AES_256_GCM_IV12_TAG16_NO_KDF' | undefined
      /** Off: AES-CBC needs the other switches too. */
      readonly writeLegacyCbc?: false | undefined
    }
  | {
      /** Writes without key commitment. */
      readonly commitmentPolicy: 'FORBID_ENCRYPT_ALLOW_DECRYPT'
      /** AES-CBC without key commitment, 0x0070. */
      readonly algorithmSuite: 'ALG_AES_256_CBC_IV16_NO_KDF'
      /**
       * Writes AES-CBC, which nobody can authenticate: whoever can write to the bucket can alter the
       * plaintext unnoticed. Only for readers that know nothing else.
       */
      readonly writeLegacyCbc: true
    }

/** What is read. */
export interface DecryptionPolicy {
  /** @defaultValue `'REQUIRE_ENCRYPT_REQUIRE_DECRYPT'` */
  readonly commitmentPolicy?: CommitmentPolicy | undefined
  /**
   * Also read what cannot be authenticated: AES-CBC objects, and ranges.
   *
   * @defaultValue false
   */
  readonly enableLegacyUnauthenticatedModes?: boolean | undefined
}

const DEFAULT_POLICY: CommitmentPolicy = 'REQUIRE_ENCRYPT_REQUIRE_DECRYPT'

const configuration = (message: string) => new S3EncryptionError('ERR_CONFIGURATION', message)

function policyRow(name: CommitmentPolicy = DEFAULT_POLICY): PolicyRow {
  // Not from the prototype: the name may come from an untyped caller's configuration.
  if (!Object.hasOwn(policies, name)) {
    throw configuration(
      `Unknown commitmentPolicy ${JSON.stringify(name)}: expected one of ${Object.keys(policies).join(', ')}.`,
    )
  }
  return policies[name]
}

/** Suite of a policy when none was named. */
const defaultSuite = ({ writesCommitting }: PolicyRow): AlgorithmSuite =>
  algorithmSuite(writesCommitting ? 0x0073 : 0x0072)

/**
 * The suite that new objects get.
 *
 * @throws `S3EncryptionError` with `ERR_CONFIGURATION` for a pair of policy and suite that the
 * specification forbids, and for a legacy suite that was not asked for by name.
 */
export function suiteForEncryption(policy: EncryptionPolicy): AlgorithmSuite {
  const { commitmentPolicy = DEFAULT_POLICY, writeLegacyCbc = false } = policy
  const row = policyRow(commitmentPolicy)
  const suite = namedSuite(policy.algorithmSuite) ?? defaultSuite(row)
  if (suite.cipher === 'AES-CTR') {
    throw configuration(`${suite.name} only reads ranges; objects are never written with it.`)
  }
  if (suite.legacy !== writeLegacyCbc) {
    throw configuration(
      suite.legacy
        ? `${suite.name} is a legacy suite that cannot be authenticated. To write it all the same, set writeLegacyCbc.`
        : `writeLegacyCbc needs algorithmSuite: 'ALG_AES_256_CBC_IV16_NO_KDF'.`,
    )
  }
  if (suite.committing !== row.writesCommitting) {
    throw configuration(
      `${commitmentPolicy} cannot write ${suite.name}: it needs ${defaultSuite(row).name}.`,
    )
  }
  return suite
}

function namedSuite(name: AlgorithmSuiteName | undefined): AlgorithmSuite | undefined {
  if (name === undefined) return undefined
  const suite = algorithmSuites.find((row) => row.name === name)
  if (suite === undefined) throw configuration(`Unknown algorithmSuite ${JSON.stringify(name)}.`)
  return suite
}

/**
 * Refuses an object that the policy does not allow to read, before any key operation.
 *
 * @param suite - the suite that will really decrypt: of a range, its CTR form.
 * @throws `S3EncryptionError` with `ERR_LEGACY_CONTENT_DISABLED` or `ERR_COMMITMENT_POLICY`.
 */
export function checkReadable(suite: AlgorithmSuite, policy: DecryptionPolicy): void {
  if (suite.legacy && policy.enableLegacyUnauthenticatedModes !== true) {
    throw new S3EncryptionError(
      'ERR_LEGACY_CONTENT_DISABLED',
      `The content would be read with ${suite.cipher}, which cannot be authenticated. To read it all the same, set enableLegacyUnauthenticatedModes.`,
    )
  }
  if (policyRow(policy.commitmentPolicy).readsOnlyCommitting && !suite.committing) {
    throw new S3EncryptionError(
      'ERR_COMMITMENT_POLICY',
      'The object was encrypted without key commitment, which the commitment policy demands. To read it, set commitmentPolicy to REQUIRE_ENCRYPT_ALLOW_DECRYPT or FORBID_ENCRYPT_ALLOW_DECRYPT.',
    )
  }
}
