// SPDX-License-Identifier: Apache-2.0
import { KMSClient } from '@aws-sdk/client-kms'
import { S3Client } from '@aws-sdk/client-s3'
import {
  kmsKeyring,
  MIDDLEWARE_NAME,
  multiKeyring,
  rawAesKeyring,
  rawRsaKeyring,
  s3Encryption,
  S3EncryptionClient,
  type S3EncryptionClientConfig,
} from '@s3-cse/client'
import { describe, expect, test } from 'vitest'

const GCM = 'ALG_AES_256_GCM_IV12_TAG16_NO_KDF'
const CBC = 'ALG_AES_256_CBC_IV16_NO_KDF'
const COMMITTING = 'ALG_AES_256_GCM_HKDF_SHA512_COMMIT_KEY'
const FORBID = 'FORBID_ENCRYPT_ALLOW_DECRYPT'
const REQUIRE_ALLOW = 'REQUIRE_ENCRYPT_ALLOW_DECRYPT'
const REQUIRE_REQUIRE = 'REQUIRE_ENCRYPT_REQUIRE_DECRYPT'

const region = 'us-east-1'
const keyring = rawAesKeyring({ wrappingKey: new Uint8Array(32) })
const base = { region, keyring }
const kms = new KMSClient({ region })

const create = (config: S3EncryptionClientConfig) => new S3EncryptionClient(config)
const refused = expect.objectContaining({
  name: 'S3EncryptionError',
  code: 'ERR_CONFIGURATION',
}) as unknown

describe('what the specification allows is taken', () => {
  test.each<[string, () => unknown]>([
    ['nothing but a keyring', () => create(base)],
    ['the default policy', () => create({ ...base, commitmentPolicy: REQUIRE_REQUIRE })],
    ['its suite', () => create({ ...base, algorithmSuite: COMMITTING })],
    ['reading everything', () => create({ ...base, commitmentPolicy: REQUIRE_ALLOW })],
    ['no commitment', () => create({ ...base, commitmentPolicy: FORBID })],
    ['its suite', () => create({ ...base, commitmentPolicy: FORBID, algorithmSuite: GCM })],
    [
      'CBC by name',
      () =>
        create({ ...base, commitmentPolicy: FORBID, algorithmSuite: CBC, writeLegacyCbc: true }),
    ],
    [
      'both legacy options, of client and keyring',
      () =>
        create({
          region,
          keyring: kmsKeyring({ keyId: 'alias/app', enableLegacyWrappingAlgorithms: true }),
          commitmentPolicy: REQUIRE_ALLOW,
          enableLegacyUnauthenticatedModes: true,
        }),
    ],
    ['the smallest buffer', () => create({ ...base, bufferSize: 16 })],
    ['the largest buffer', () => create({ ...base, bufferSize: 68_719_476_704 })],
    ['delayed authentication', () => create({ ...base, delayedAuthentication: true })],
    ['two passes', () => create({ ...base, twoPassAuthentication: true })],
    ['the smallest part', () => create({ ...base, partSize: 5 * 2 ** 20, partsInFlight: 1 })],
    ['instruction files', () => create({ ...base, storage: 'instruction-file' })],
    ['none of them', () => create({ ...base, ignoreInstructionFiles: true, storage: 'metadata' })],
    ['chunks', () => create({ ...base, content: { chunkSize: 2 ** 20, concurrency: 2 } })],
    ['options of S3Client', () => create({ ...base, useFipsEndpoint: true, forcePathStyle: true })],
    ['switches that are off', () => create({ ...base, delayedAuthentication: false })],
    ['a KMS client', () => kmsKeyring({ keyId: 'alias/app', client: kms, grantTokens: ['t'] })],
    [
      'no KMS client after all',
      () => kmsKeyring({ keyId: 'alias/app', client: undefined, clientConfig: { region } }),
    ],
    ['discovery', () => kmsKeyring({ discovery: true, clientConfig: { region } })],
  ])('%s', (_, make) => {
    expect(make()).toBeDefined()
  })
})

describe('pairs that contradict each other do not compile, and are refused at run time', () => {
  const key = new Uint8Array(32)
  // Each row stands or falls with its comment: tsc complains where nothing is wrong.
  test.each<[string, () => unknown]>([
    // @ts-expect-error a keyring is needed
    ['no keyring', () => create({ region })],
    // @ts-expect-error the policy requires commitment
    ['REQUIRE_REQUIRE with GCM', () => create({ ...base, algorithmSuite: GCM })],
    [
      'REQUIRE_ALLOW with GCM',
      // @ts-expect-error the policy requires commitment
      () => create({ ...base, commitmentPolicy: REQUIRE_ALLOW, algorithmSuite: GCM }),
    ],
    [
      'FORBID with commitment',
      // @ts-expect-error the policy forbids commitment
      () => create({ ...base, commitmentPolicy: FORBID, algorithmSuite: COMMITTING }),
    ],
    [
      'CBC without its name',
      // @ts-expect-error a legacy suite
      () => create({ ...base, commitmentPolicy: FORBID, algorithmSuite: CBC }),
    ],
    [
      'CBC under a policy that requires commitment',
      // @ts-expect-error the policy requires commitment
      () => create({ ...base, algorithmSuite: CBC, writeLegacyCbc: true }),
    ],
    // @ts-expect-error no suite to go with it
    ['writeLegacyCbc alone', () => create({ ...base, writeLegacyCbc: true })],
    [
      'a suite that reads ranges only',
      // @ts-expect-error never written
      () => create({ ...base, algorithmSuite: 'ALG_AES_256_CTR_HKDF_SHA512_COMMIT_KEY' }),
    ],
    // @ts-expect-error no such policy
    ['an unknown policy', () => create({ ...base, commitmentPolicy: 'NONE' })],
    [
      'a buffer with delayed authentication',
      // @ts-expect-error nothing is buffered
      () => create({ ...base, delayedAuthentication: true, bufferSize: 100 }),
    ],
    [
      'a buffer with two passes',
      // @ts-expect-error nothing is buffered
      () => create({ ...base, twoPassAuthentication: true, bufferSize: 100 }),
    ],
    [
      'two ways of authentication',
      // @ts-expect-error one of them
      () => create({ ...base, delayedAuthentication: true, twoPassAuthentication: true }),
    ],
    // @ts-expect-error a string, as environment variables have it
    ['delayed: "false"', () => create({ ...base, delayedAuthentication: 'false' })],
    // @ts-expect-error a string again
    ['unencrypted: "false"', () => create({ ...base, allowUnencryptedObjects: 'false' })],
    // @ts-expect-error a string again
    ['legacy: "no"', () => create({ ...base, enableLegacyUnauthenticatedModes: 'no' })],
    // @ts-expect-error a string that means off
    ['suffix ranges: "no"', () => create({ ...base, enableSuffixRanges: 'no' })],
    // @ts-expect-error a string again
    ['suffixes: "yes"', () => create({ ...base, enableSuffixRanges: 'yes' })],
    [
      'instruction files that are written and ignored',
      // @ts-expect-error nobody could read what is written
      () => create({ ...base, storage: 'instruction-file', ignoreInstructionFiles: true }),
    ],
    // @ts-expect-error no such place
    ['an unknown storage', () => create({ ...base, storage: 'header' })],
    // @ts-expect-error which key?
    ['KMS without a key', () => create({ region, keyring: kmsKeyring({}) })],
    [
      'KMS with a key and discovery',
      // @ts-expect-error one of them
      () => create({ region, keyring: kmsKeyring({ keyId: 'alias/app', discovery: true }) }),
    ],
    [
      'KMS discovery that is to write',
      // @ts-expect-error discovery only reads
      () => create({ region, keyring: kmsKeyring({ discovery: true, writeLegacyKms: true }) }),
    ],
    [
      'a KMS client and a configuration',
      // @ts-expect-error one of them
      () => kmsKeyring({ keyId: 'alias/app', client: kms, clientConfig: { region } }),
    ],
    [
      'a description that is no map of strings',
      // @ts-expect-error a number in a map of strings
      () => rawAesKeyring({ wrappingKey: key, materialDescription: { id: 1 } }),
    ],
    // @ts-expect-error a string is no AES key
    ['a passphrase for a key', () => rawAesKeyring({ wrappingKey: 'secret' })],
    // @ts-expect-error the plugin is for a client
    ['a plugin without client', () => s3Encryption({ keyring })],
  ])('%s', (_, make) => {
    expect(make).toThrow(refused)
  })
})

describe('values out of range are refused at construction', () => {
  test.each<[string, () => unknown]>([
    ['a buffer below an empty object', () => create({ ...base, bufferSize: 15 })],
    ['a buffer beyond the longest object', () => create({ ...base, bufferSize: 68_719_476_705 })],
    ['a buffer of half a byte', () => create({ ...base, bufferSize: 1.5 })],
    ['a part that S3 refuses', () => create({ ...base, partSize: 5 * 2 ** 20 - 16 })],
    ['a part that is no whole blocks', () => create({ ...base, partSize: 5 * 2 ** 20 + 1 })],
    ['a chunk of no whole blocks', () => create({ ...base, content: { chunkSize: 2 ** 20 + 1 } })],
    ['no part at a time', () => create({ ...base, partsInFlight: 0 })],
    ['an empty KMS key id', () => create({ region, keyring: kmsKeyring({ keyId: '' }) })],
    ['an AES key of 31 bytes', () => rawAesKeyring({ wrappingKey: new Uint8Array(31) })],
    ['an AES keyring without key', () => rawAesKeyring({})],
    ['an RSA keyring without key', () => rawRsaKeyring({})],
    ['a multi-keyring of none', () => multiKeyring({})],
    ['a keyring that is none', () => create({ region, keyring: {} as typeof keyring })],
  ])('%s', (_, make) => {
    expect(make).toThrow(refused)
  })
})

describe('a client that encrypts is never encrypted again', () => {
  test('as the inner client of the plugin', () => {
    const client = create(base)
    expect(() => s3Encryption({ client, keyring })).toThrow(refused)
  })

  test('nor a client that has the plugin', () => {
    const client = new S3Client({ region })
    client.middlewareStack.use(s3Encryption({ client, keyring }))
    expect(() => s3Encryption({ client, keyring })).toThrow(refused)
    client.middlewareStack.remove(MIDDLEWARE_NAME)
    expect(s3Encryption({ client, keyring })).toBeDefined()
  })

  test('nor by a plugin that was made for another client', () => {
    const plugin = s3Encryption({ client: new S3Client({ region }), keyring })
    const client = create(base)
    expect(() => {
      client.middlewareStack.use(plugin)
    }).toThrow(refused)
  })
})
