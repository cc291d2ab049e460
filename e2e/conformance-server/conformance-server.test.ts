// SPDX-License-Identifier: Apache-2.0
import { generateKeyPairSync, randomBytes } from 'node:crypto'
import { DescribeKeyCommand, KMSClient } from '@aws-sdk/client-kms'
import { GetObjectCommand, HeadObjectCommand } from '@aws-sdk/client-s3'
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest'
import { BUCKET, KEYS, openAccount, S3_REGION, type Account } from '../account.ts'
import type { Listening } from '../local-aws/http.ts'
import { startConformanceServer } from './server.ts'

let account: Account
let server: Listening
let kmsKeyId: string

const aesKey = () => randomBytes(32).toString('base64')
const rsaKey = () =>
  generateKeyPairSync('rsa', { modulusLength: 2048 })
    .privateKey.export({ format: 'der', type: 'pkcs8' })
    .toString('base64')

beforeAll(async () => {
  account = await openAccount()
  vi.stubEnv('AWS_ENDPOINT_URL_S3', account.aws.s3.endpoint)
  vi.stubEnv('AWS_ENDPOINT_URL_KMS', account.aws.kms.endpoint)
  vi.stubEnv('AWS_REGION', S3_REGION)
  vi.stubEnv('AWS_ACCESS_KEY_ID', account.aws.credentials.accessKeyId)
  vi.stubEnv('AWS_SECRET_ACCESS_KEY', account.aws.credentials.secretAccessKey)
  const kms = new KMSClient(account.kmsConfig())
  const { KeyMetadata } = await kms.send(new DescribeKeyCommand({ KeyId: KEYS.app }))
  kms.destroy()
  kmsKeyId = KeyMetadata?.Arn ?? ''
  server = await startConformanceServer()
})

afterAll(async () => {
  await server.close()
  vi.unstubAllEnvs()
  await account.stop()
})

interface Answer {
  readonly status: number
  readonly headers: Headers
  readonly text: string
}

async function ask(
  method: string,
  path: string,
  headers: Record<string, string> = {},
  body?: string,
): Promise<Answer> {
  const response = await fetch(server.endpoint + path, { method, headers, body: body ?? null })
  return { status: response.status, headers: response.headers, text: await response.text() }
}

/** A client's identifier, for requests. */
async function client(config: object): Promise<{ ClientID: string }> {
  const { status, text } = await ask('POST', '/client', {}, JSON.stringify({ config }))
  expect(status, text).toBe(200)
  return { ClientID: (JSON.parse(text) as { clientId: string }).clientId }
}

const object = (key: string) => `/object/${BUCKET}/${encodeURIComponent(key)}`

function expectError({ status, headers, text }: Answer, name: string, message: RegExp): void {
  expect(status).toBeGreaterThanOrEqual(400)
  expect(headers.get('x-amzn-errortype')).toBe(name)
  const body = JSON.parse(text) as { __type: string; message: string }
  expect(body.__type).toBe(`software.amazon.encryption.s3#${name}`)
  expect(body.message).toMatch(message)
}

describe('conformance server', () => {
  it('encrypts under KMS, with the context of the request', async () => {
    const id = await client({ keyMaterial: { kmsKeyId } })
    const context = { 'Content-Metadata': '[tenant]:[7],"[note]:[a, \\"b\\"]"' }

    const put = await ask('PUT', object('a/kms'), { ...id, ...context }, 'secret')
    expect(JSON.parse(put.text)).toEqual({
      bucket: BUCKET,
      key: 'a/kms',
      metadata: ['[tenant]:[7]', '[note]:[a, "b"]'],
    })
    const stored = await account.plain.send(new GetObjectCommand({ Bucket: BUCKET, Key: 'a/kms' }))
    expect(stored.Metadata).toMatchObject({ 'x-amz-c': '115', 'x-amz-w': '12' })
    expect(JSON.parse(stored.Metadata?.['x-amz-t'] ?? '')).toMatchObject({
      tenant: '7',
      note: 'a, "b"',
    })
    expect(await stored.Body?.transformToString('latin1')).not.toContain('secret')

    const got = await ask('GET', object('a/kms'), { ...id, ...context })
    expect(got.text).toBe('secret')
    expect(got.headers.get('content-metadata')).toContain('[x-amz-c]:[115]')

    expectError(
      await ask('GET', object('a/kms'), { ...id, 'Content-Metadata': '[tenant]:[8]' }),
      'S3EncryptionClientError',
      /context/,
    )
  })

  it.each([
    ['AES', () => ({ aesKey: aesKey() }), '02'],
    ['RSA', () => ({ rsaKey: rsaKey() }), '22'],
  ])('encrypts under a raw %s key with a material description', async (name, key, wrapping) => {
    const keyMaterial = { ...key(), materialsDescription: { key: 'one' } }
    const id = await client({ keyMaterial })
    await ask('PUT', object(name), id, 'secret')
    const { Metadata } = await account.plain.send(
      new HeadObjectCommand({ Bucket: BUCKET, Key: name }),
    )
    expect(Metadata).toMatchObject({ 'x-amz-w': wrapping, 'x-amz-m': '{"key":"one"}' })

    // The shared tests name the description in every request, for clients without keyrings.
    const reading = { ...id, 'Content-Metadata': '[key]:[one]' }
    expect((await ask('GET', object(name), reading)).text).toBe('secret')

    const other = await client({ keyMaterial: key() })
    expectError(
      await ask('GET', object(name), other),
      'S3EncryptionClientError',
      /S3EncryptionError/,
    )
  })

  it('keeps envelopes in instruction files, and wraps their data keys anew', async () => {
    const [first, second] = [
      { aesKey: aesKey(), materialsDescription: { key: 'first' } },
      { rsaKey: rsaKey(), materialsDescription: { key: 'second' } },
    ]
    const instructionFileConfig = { enableInstructionFilePutObject: true }
    const owner = await client({ keyMaterial: first, instructionFileConfig })
    const partner = await client({ keyMaterial: second, instructionFileConfig })
    await ask('PUT', object('file'), owner, 'secret')
    await account.plain.send(new HeadObjectCommand({ Bucket: BUCKET, Key: 'file.instruction' }))

    const suffix = { InstructionFileSuffix: 'partner', EnforceRotation: 'true' }
    const renewed = await ask(
      'POST',
      `${object('file')}/reencrypt`,
      { ...owner, ...suffix },
      JSON.stringify(second),
    )
    expect(JSON.parse(renewed.text)).toEqual({
      bucket: BUCKET,
      key: 'file',
      instructionFileSuffix: 'partner',
      enforceRotation: true,
    })
    const reading = { ...partner, InstructionFileSuffix: '.partner' }
    expect((await ask('GET', object('file'), reading)).text).toBe('secret')
    expect((await ask('GET', object('file'), owner)).text).toBe('secret')

    const again = { aesKey: first.aesKey, materialsDescription: { key: 'third' } }
    expectError(
      await ask(
        'POST',
        `${object('file')}/reencrypt`,
        { ...owner, EnforceRotation: 'true' },
        JSON.stringify(again),
      ),
      'S3EncryptionClientError',
      /keyring/,
    )

    const blind = { keyMaterial: first, instructionFileConfig: { disableInstructionFile: true } }
    expectError(
      await ask('GET', object('file'), await client(blind)),
      'S3EncryptionClientError',
      /envelope/,
    )
  })

  it('reads ranges where that is allowed', async () => {
    const keyMaterial = { aesKey: aesKey() }
    const strict = await client({ keyMaterial })
    const lenient = await client({ keyMaterial, enableLegacyUnauthenticatedModes: true })
    await ask('PUT', object('range'), strict, '0123456789')
    const range = { Range: 'bytes=2-4' }
    expect((await ask('GET', object('range'), { ...lenient, ...range })).text).toBe('234')
    expectError(
      await ask('GET', object('range'), { ...strict, ...range }),
      'S3EncryptionClientError',
      /enableLegacyUnauthenticatedModes/,
    )
  })

  it('follows commitment policy and algorithm', async () => {
    const keyMaterial = { aesKey: aesKey() }
    const old = await client({
      keyMaterial,
      commitmentPolicy: 'FORBID_ENCRYPT_ALLOW_DECRYPT',
      encryptionAlgorithm: 'ALG_AES_256_GCM_IV12_TAG16_NO_KDF',
    })
    await ask('PUT', object('old'), old, 'secret')
    const { Metadata } = await account.plain.send(
      new HeadObjectCommand({ Bucket: BUCKET, Key: 'old' }),
    )
    expect(Metadata).toMatchObject({ 'x-amz-cek-alg': 'AES/GCM/NoPadding' })

    const allowing = { keyMaterial, commitmentPolicy: 'REQUIRE_ENCRYPT_ALLOW_DECRYPT' }
    expect((await ask('GET', object('old'), await client(allowing))).text).toBe('secret')
    expectError(
      await ask('GET', object('old'), await client({ keyMaterial })),
      'S3EncryptionClientError',
      /commitment/,
    )
  })

  it('reads objects beyond the buffer only with delayed authentication', async () => {
    const keyMaterial = { aesKey: aesKey() }
    await ask('PUT', object('large'), await client({ keyMaterial }), 'x'.repeat(1000))
    expectError(
      await ask('GET', object('large'), await client({ keyMaterial, setBufferSize: 100 })),
      'S3EncryptionClientError',
      /100/,
    )
    const delayed = await client({ keyMaterial, enableDelayedAuthenticationMode: true })
    expect((await ask('GET', object('large'), delayed)).text).toBe('x'.repeat(1000))
  })

  it.each([
    [
      'what the library refuses',
      'S3EncryptionClientError',
      () => ({
        keyMaterial: { aesKey: aesKey() },
        encryptionAlgorithm: 'ALG_AES_256_CBC_IV16_NO_KDF',
      }),
    ],
    ['two keys', 'GenericServerError', () => ({ keyMaterial: { aesKey: aesKey(), kmsKeyId } })],
    ['no key', 'GenericServerError', () => ({})],
  ])('creates no client with %s', async (_, name, config) => {
    const body = JSON.stringify({ config: config() })
    expectError(await ask('POST', '/client', {}, body), name, /./)
  })

  it('tells its own failures from those of the library', async () => {
    const id = await client({ keyMaterial: { aesKey: aesKey() } })
    const failures: [Answer, RegExp][] = [
      [await ask('GET', object('absent'), id), /NoSuchKey|instruction|exist/i],
      [await ask('GET', object('absent')), /ClientID/],
      [await ask('GET', object('absent'), { ClientID: 'nobody' }), /nobody/],
      [await ask('PUT', object('a'), { ...id, 'Content-Metadata': 'a=b' }, ''), /a=b/],
      [await ask('POST', '/client', {}, '{'), /JSON/],
      [await ask('GET', '/elsewhere'), /elsewhere/],
    ]
    for (const [answer, message] of failures) expectError(answer, 'GenericServerError', message)
  })
})
