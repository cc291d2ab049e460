// SPDX-License-Identifier: Apache-2.0
import { generateKeyPairSync, randomBytes } from 'node:crypto'
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { CreateAliasCommand, CreateKeyCommand, KMSClient } from '@aws-sdk/client-kms'
import { kmsKeyring, S3EncryptionClient } from '@s3-cse/node'
import { afterAll, beforeAll, beforeEach, describe, expect, test, vi } from 'vitest'
import { docCommentExamples } from '../scripts/doc-comment-examples.ts'
import { BUCKET, openAccount, type Account } from './account.ts'

const REGION = 'eu-central-1' // of the examples
const object = { Bucket: BUCKET, Key: 'report.pdf' }
const modules = fileURLToPath(new URL('../.cache/examples-run', import.meta.url))
const before = process.cwd()
const files = mkdtempSync(join(tmpdir(), 'examples-'))

let account: Account
let s3: S3EncryptionClient

beforeAll(async () => {
  account = await openAccount()
  const kms = new KMSClient(account.kmsConfig(REGION))
  const { KeyMetadata } = await kms.send(new CreateKeyCommand())
  await kms.send(
    new CreateAliasCommand({ AliasName: 'alias/app', TargetKeyId: KeyMetadata?.KeyId }),
  )
  kms.destroy()

  const { credentials } = account.aws
  vi.stubEnv('AWS_REGION', REGION)
  vi.stubEnv('AWS_ENDPOINT_URL_S3', account.aws.s3.endpoint)
  vi.stubEnv('AWS_ENDPOINT_URL_KMS', account.aws.kms.endpoint)
  vi.stubEnv('AWS_ACCESS_KEY_ID', credentials.accessKeyId)
  vi.stubEnv('AWS_SECRET_ACCESS_KEY', credentials.secretAccessKey)

  const keyring = kmsKeyring({ keyId: 'alias/app' })
  s3 = new S3EncryptionClient({ keyring, storage: 'instruction-file' })
  const { privateKey } = generateKeyPairSync('rsa', { modulusLength: 2048 })
  const names = {
    ...object,
    s3,
    keyring,
    currentKey: randomBytes(32),
    privatePem: privateKey.export({ type: 'pkcs8', format: 'pem' }),
    save: () => Promise.resolve(),
  }
  for (const [name, value] of Object.entries(names)) vi.stubGlobal(name, value)

  mkdirSync(modules, { recursive: true })
  process.chdir(files)
  writeFileSync('report.pdf', randomBytes(1000))
})

afterAll(async () => {
  process.chdir(before)
  rmSync(files, { recursive: true })
  rmSync(modules, { recursive: true })
  vi.unstubAllGlobals()
  vi.unstubAllEnvs()
  s3.destroy()
  await account.stop()
})

beforeEach(async () => {
  await s3.putObject({ ...object, Body: 'secret' })
})

describe('the example of a doc comment runs', () => {
  const examples = docCommentExamples()

  test('there are some', () => {
    expect(examples.length).toBeGreaterThan(5)
  })

  test.each(examples)('$name', async ({ file, line, code }) => {
    const path = join(modules, `${file.replaceAll(/[/\\]/g, '__')}.${line}.ts`)
    writeFileSync(path, `${code}export {}\n`)
    await import(path)
  })
})
