import { expect, test } from 'vitest'
import { checkReadable, suiteForEncryption, type EncryptionPolicy } from '../src/policy.ts'
import { algorithmSuite, type AlgorithmSuiteId } from '../src/suites.ts'

const CBC = 'ALG_AES_256_CBC_IV16_NO_KDF'
const GCM = 'ALG_AES_256_GCM_IV12_TAG16_NO_KDF'
const COMMITTING = 'ALG_AES_256_GCM_HKDF_SHA512_COMMIT_KEY'
const CTR = 'ALG_AES_256_CTR_HKDF_SHA512_COMMIT_KEY'
const FORBID = 'FORBID_ENCRYPT_ALLOW_DECRYPT'
const REQUIRE_ALLOW = 'REQUIRE_ENCRYPT_ALLOW_DECRYPT'
const REQUIRE_REQUIRE = 'REQUIRE_ENCRYPT_REQUIRE_DECRYPT'

test.each<[EncryptionPolicy, AlgorithmSuiteId]>([
  [{}, 0x0073],
  [{ commitmentPolicy: REQUIRE_ALLOW }, 0x0073],
  [{ commitmentPolicy: REQUIRE_REQUIRE, algorithmSuite: COMMITTING }, 0x0073],
  [{ commitmentPolicy: FORBID }, 0x0072],
  [{ commitmentPolicy: FORBID, algorithmSuite: GCM }, 0x0072],
  [{ commitmentPolicy: FORBID, algorithmSuite: CBC, writeLegacyCbc: true }, 0x0070],
])('%o writes suite %i', (policy, id) => {
  expect(suiteForEncryption(policy).id).toBe(id)
})

test.each([
  [{ commitmentPolicy: FORBID, algorithmSuite: COMMITTING }, FORBID],
  [{ commitmentPolicy: REQUIRE_ALLOW, algorithmSuite: GCM }, COMMITTING],
  [{ algorithmSuite: GCM }, COMMITTING],
  [{ commitmentPolicy: FORBID, algorithmSuite: CBC }, 'legacy'],
  [{ algorithmSuite: CBC, writeLegacyCbc: true }, COMMITTING],
  [{ writeLegacyCbc: true }, 'writeLegacyCbc'],
  [{ algorithmSuite: CTR }, 'ranges'],
  [{ commitmentPolicy: 'toString' }, 'toString'],
  [{ algorithmSuite: 'AES' }, 'AES'],
])('%o is refused at construction', (policy, word) => {
  const refused = () => suiteForEncryption(policy as EncryptionPolicy)
  expect(refused).toThrow(expect.objectContaining({ code: 'ERR_CONFIGURATION' }))
  expect(refused).toThrow(word)
})

test('pairs that the specification forbids do not compile', () => {
  // @ts-expect-error a policy that requires commitment cannot write without it
  const a: EncryptionPolicy = { commitmentPolicy: REQUIRE_ALLOW, algorithmSuite: GCM }
  // @ts-expect-error a policy that forbids commitment cannot write it
  const b: EncryptionPolicy = { commitmentPolicy: FORBID, algorithmSuite: COMMITTING }
  // @ts-expect-error CBC must be asked for by name
  const c: EncryptionPolicy = { commitmentPolicy: FORBID, algorithmSuite: CBC }
  expect([a, b, c]).toHaveLength(3)
})

test.each([
  // suite, policy, legacy enabled, outcome
  [0x0073, REQUIRE_REQUIRE, false, 'reads'],
  [0x0073, FORBID, false, 'reads'],
  [0x0072, REQUIRE_REQUIRE, true, 'ERR_COMMITMENT_POLICY'],
  [0x0072, REQUIRE_ALLOW, false, 'reads'],
  [0x0072, FORBID, false, 'reads'],
  [0x0070, FORBID, false, 'ERR_LEGACY_CONTENT_DISABLED'],
  [0x0070, REQUIRE_ALLOW, true, 'reads'],
  [0x0070, REQUIRE_REQUIRE, true, 'ERR_COMMITMENT_POLICY'],
  [0x0071, REQUIRE_ALLOW, false, 'ERR_LEGACY_CONTENT_DISABLED'],
  [0x0071, REQUIRE_ALLOW, true, 'reads'],
  [0x0071, REQUIRE_REQUIRE, true, 'ERR_COMMITMENT_POLICY'],
  [0x0074, REQUIRE_REQUIRE, false, 'ERR_LEGACY_CONTENT_DISABLED'],
  [0x0074, REQUIRE_REQUIRE, true, 'reads'],
] as const)('suite %i under %s, legacy %s: %s', (id, commitmentPolicy, legacy, outcome) => {
  const check = () => {
    const policy = { commitmentPolicy, enableLegacyUnauthenticatedModes: legacy }
    checkReadable(algorithmSuite(id), policy)
  }
  if (outcome === 'reads') expect(check).not.toThrow()
  else expect(check).toThrow(expect.objectContaining({ code: outcome }))
})
