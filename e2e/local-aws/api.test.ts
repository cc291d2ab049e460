// SPDX-License-Identifier: Apache-2.0
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { KMS, type KMSClientConfig } from '@aws-sdk/client-kms'
import { fromCognitoIdentityPool } from '@aws-sdk/credential-provider-cognito-identity'
import { afterEach, describe, expect, test } from 'vitest'
import { startLocalAws, type LocalAws } from './index.ts'
import { localAws, send } from './testing.ts'

const { aws } = await localAws()
const client = (
  region: string,
  { kms: { endpoint }, credentials }: LocalAws = aws,
  more: KMSClientConfig = {},
): KMS => new KMS({ endpoint, region, credentials, maxAttempts: 1, ...more })
const kms = client('us-east-1')
const europe = client('eu-west-1')

async function newKey(
  options: Parameters<KMS['createKey']>[0] = {},
): Promise<{ id: string; arn: string }> {
  const { KeyMetadata: { KeyId: id = '', Arn: arn = '' } = {} } = await kms.createKey(options)
  return { id, arn }
}

const { id, arn } = await newKey({ Description: 'first' })
await kms.createAlias({ AliasName: 'alias/app', TargetKeyId: id })
const aliasArn = 'arn:aws:kms:us-east-1:000000000000:alias/app'
const EncryptionContext = { purpose: 'test', ключ: '日本 ö' }
const Plaintext = Buffer.from('a secret')

afterEach(() => {
  aws.kms.faults.clear()
})

describe('data keys', () => {
  test.each([id, arn, 'alias/app', aliasArn])('are made and unwrapped by %s', async (KeyId) => {
    const made = await kms.generateDataKey({ KeyId, KeySpec: 'AES_256', EncryptionContext })
    expect(made.KeyId).toBe(arn)
    expect(made.Plaintext).toHaveLength(32)
    const [blob, key] = [made.CiphertextBlob, made.Plaintext].map((bytes) =>
      Buffer.from(bytes ?? []),
    )
    expect(blob?.indexOf(key ?? '')).toBe(-1)
    for (const named of [{}, { KeyId }]) {
      const { CiphertextBlob } = made
      const opened = await kms.decrypt({ CiphertextBlob, EncryptionContext, ...named })
      expect(opened).toMatchObject({ KeyId: arn, EncryptionAlgorithm: 'SYMMETRIC_DEFAULT' })
      expect(opened.Plaintext).toEqual(made.Plaintext)
    }
  })

  test('have the length that is asked for', async () => {
    const length = async (options: object): Promise<number | undefined> =>
      (await kms.generateDataKey({ KeyId: id, ...options })).Plaintext?.length
    expect(await length({ KeySpec: 'AES_128' })).toBe(16)
    expect(await length({ NumberOfBytes: 1024 })).toBe(1024)
    for (const wrong of [{}, { NumberOfBytes: 1025 }, { KeySpec: 'AES_256', NumberOfBytes: 32 }]) {
      await expect(length(wrong)).rejects.toMatchObject({ name: 'ValidationException' })
    }
  })

  test('come without plaintext too', async () => {
    const made = await kms.generateDataKeyWithoutPlaintext({ KeyId: id, KeySpec: 'AES_256' })
    expect(made).not.toHaveProperty('Plaintext')
    const { CiphertextBlob } = made
    expect((await kms.decrypt({ CiphertextBlob })).Plaintext).toHaveLength(32)
  })
})

describe('ciphertexts', () => {
  test('are bound to their encryption context, whatever its order', async () => {
    const { CiphertextBlob } = await kms.encrypt({ KeyId: id, Plaintext, EncryptionContext })
    const open = (context?: Record<string, string>): Promise<unknown> =>
      kms.decrypt({ CiphertextBlob, EncryptionContext: context })
    await open(Object.fromEntries(Object.entries(EncryptionContext).reverse()))
    for (const wrong of [
      undefined,
      { purpose: 'test' },
      { ...EncryptionContext, purpose: 'Test' },
      { ...EncryptionContext, more: '' },
      // The same characters, cut elsewhere.
      { purposetest: '', ключ: '日本 ö' },
    ]) {
      await expect(open(wrong)).rejects.toMatchObject({ name: 'InvalidCiphertextException' })
    }
  })

  test('of nobody, of another key and of another region are refused', async () => {
    const { CiphertextBlob = new Uint8Array() } = await kms.encrypt({ KeyId: id, Plaintext })
    const changed = Uint8Array.from(CiphertextBlob)
    changed[changed.length - 1] = (changed.at(-1) ?? 0) ^ 1
    for (const blob of [changed, CiphertextBlob.slice(0, 20), Buffer.from('garbage')]) {
      await expect(kms.decrypt({ CiphertextBlob: blob })).rejects.toMatchObject({
        name: 'InvalidCiphertextException',
      })
    }
    const other = await newKey()
    await expect(kms.decrypt({ CiphertextBlob, KeyId: other.id })).rejects.toMatchObject({
      name: 'IncorrectKeyException',
    })
    await expect(europe.decrypt({ CiphertextBlob })).rejects.toMatchObject({
      name: 'AccessDeniedException',
    })
    await expect(europe.decrypt({ CiphertextBlob, KeyId: arn })).rejects.toMatchObject({
      name: 'NotFoundException',
    })
  })

  test('hold up to 4096 bytes', async () => {
    await kms.encrypt({ KeyId: id, Plaintext: new Uint8Array(4096) })
    await expect(kms.encrypt({ KeyId: id, Plaintext: new Uint8Array(4097) })).rejects.toMatchObject(
      {
        name: 'ValidationException',
      },
    )
  })

  test('are encrypted anew under another key and context', async () => {
    const other = await newKey()
    const { CiphertextBlob } = await kms.encrypt({ KeyId: id, Plaintext, EncryptionContext })
    const moved = await kms.reEncrypt({
      CiphertextBlob,
      SourceEncryptionContext: EncryptionContext,
      DestinationKeyId: other.id,
      DestinationEncryptionContext: { new: 'context' },
    })
    expect(moved).toMatchObject({ SourceKeyId: arn, KeyId: other.arn })
    const opened = await kms.decrypt({
      CiphertextBlob: moved.CiphertextBlob,
      EncryptionContext: { new: 'context' },
    })
    expect(Buffer.from(opened.Plaintext ?? [])).toEqual(Plaintext)
  })
})

describe('keys', () => {
  test('are described and listed', async () => {
    expect(arn).toBe(`arn:aws:kms:us-east-1:000000000000:key/${id}`)
    const { KeyMetadata } = await kms.describeKey({ KeyId: aliasArn })
    expect(KeyMetadata).toMatchObject({ Arn: arn, Description: 'first', KeyState: 'Enabled' })
    expect(KeyMetadata?.CreationDate).toBeInstanceOf(Date)
    expect((await kms.listKeys()).Keys).toContainEqual({ KeyId: id, KeyArn: arn })
    await expect(kms.createKey({ KeySpec: 'RSA_2048' })).rejects.toMatchObject({
      name: 'ValidationException',
    })
  })

  test.each([
    'alias/none',
    '12345678-0000-4000-8000-000000000000',
    arn.replace('us-east-1', 'eu-west-1'),
    aliasArn.replace('us-east-1', 'eu-west-1'),
  ])('called %s are not found', async (KeyId) => {
    await expect(kms.describeKey({ KeyId })).rejects.toMatchObject({ name: 'NotFoundException' })
  })

  test('have aliases, unique and well formed', async () => {
    const alias = { AliasName: 'alias/second', TargetKeyId: arn }
    await kms.createAlias(alias)
    await expect(kms.createAlias(alias)).rejects.toMatchObject({ name: 'AlreadyExistsException' })
    for (const AliasName of ['second', 'alias/aws/s3', 'alias/a b']) {
      await expect(kms.createAlias({ ...alias, AliasName })).rejects.toMatchObject({
        name: 'InvalidAliasNameException',
      })
    }
    const listed = (await kms.listAliases({ KeyId: id })).Aliases?.map(({ AliasName }) => AliasName)
    expect(listed).toEqual(['alias/app', 'alias/second'])
    await kms.deleteAlias(alias)
    await expect(kms.deleteAlias(alias)).rejects.toMatchObject({ name: 'NotFoundException' })
    expect((await europe.listAliases()).Aliases).toEqual([])
  })

  test('can be disabled and deleted', async () => {
    const { id: KeyId } = await newKey()
    const { CiphertextBlob } = await kms.encrypt({ KeyId, Plaintext })
    await kms.disableKey({ KeyId })
    await expect(kms.decrypt({ CiphertextBlob })).rejects.toMatchObject({
      name: 'DisabledException',
    })
    await kms.enableKey({ KeyId })
    await kms.decrypt({ CiphertextBlob })
    const { DeletionDate } = await kms.scheduleKeyDeletion({ KeyId, PendingWindowInDays: 7 })
    expect(DeletionDate).toBeInstanceOf(Date)
    for (const attempt of [() => kms.decrypt({ CiphertextBlob }), () => kms.enableKey({ KeyId })]) {
      await expect(attempt()).rejects.toMatchObject({ name: 'KMSInvalidStateException' })
    }
  })

  test('have replicas in other regions', async () => {
    const { id: KeyId } = await newKey({ MultiRegion: true })
    expect(KeyId).toMatch(/^mrk-[0-9a-f]{32}$/)
    const replica = await kms.replicateKey({ KeyId, ReplicaRegion: 'eu-west-1' })
    expect(replica.ReplicaKeyMetadata).toMatchObject({
      Arn: `arn:aws:kms:eu-west-1:000000000000:key/${KeyId}`,
      MultiRegionConfiguration: { MultiRegionKeyType: 'REPLICA' },
    })
    const { CiphertextBlob } = await kms.encrypt({ KeyId, Plaintext, EncryptionContext })
    const opened = await europe.decrypt({ CiphertextBlob, EncryptionContext, KeyId })
    expect(Buffer.from(opened.Plaintext ?? [])).toEqual(Plaintext)
    await expect(kms.replicateKey({ KeyId, ReplicaRegion: 'eu-west-1' })).rejects.toMatchObject({
      name: 'AlreadyExistsException',
    })
    await expect(kms.replicateKey({ KeyId: id, ReplicaRegion: 'eu-west-1' })).rejects.toMatchObject(
      {
        name: 'UnsupportedOperationException',
      },
    )
  })

  test('give grants', async () => {
    const grantee = {
      GranteePrincipal: 'arn:aws:iam::000000000000:user/x',
      Operations: ['Decrypt' as const],
    }
    const { GrantToken = '' } = await kms.createGrant({ KeyId: id, ...grantee })
    const { CiphertextBlob } = await kms.encrypt({
      KeyId: id,
      Plaintext,
      GrantTokens: [GrantToken],
    })
    await kms.decrypt({ CiphertextBlob, GrantTokens: [GrantToken] })
  })
})

describe('key policies', () => {
  const deny = (statement: object): string =>
    JSON.stringify({
      Version: '2012-10-17',
      Statement: [{ Effect: 'Deny', Principal: '*', Resource: '*', ...statement }],
    })
  const denied = { name: 'AccessDeniedException' }

  test.each(['kms:Decrypt', ['kms:Encrypt2', 'kms:Decrypt'], 'kms:*', 'kms:De*'])(
    'deny %j',
    async (Action) => {
      const { id: KeyId } = await newKey({ Policy: deny({ Action }) })
      const attempt = kms.encrypt({ KeyId, Plaintext })
      if (Action === 'kms:*') return expect(attempt).rejects.toMatchObject(denied)
      const { CiphertextBlob } = await attempt
      await expect(kms.decrypt({ CiphertextBlob })).rejects.toMatchObject(denied)
    },
  )

  test('deny by a name in the encryption context', async () => {
    const StringNotEquals = { 'kms:EncryptionContext:tenant': ['a', 'b'] }
    const Policy = deny({ Action: 'kms:GenerateDataKey*', Condition: { StringNotEquals } })
    const { id: KeyId } = await newKey({ Policy })
    const make = (tenant?: string): Promise<unknown> =>
      kms.generateDataKey({
        KeyId,
        KeySpec: 'AES_256',
        EncryptionContext: tenant === undefined ? {} : { tenant },
      })
    await make('b')
    await expect(make('c')).rejects.toMatchObject(denied)
    await expect(make()).rejects.toMatchObject(denied)
  })

  test('must be JSON', async () => {
    await expect(newKey({ Policy: '{' })).rejects.toMatchObject({
      name: 'MalformedPolicyDocumentException',
    })
  })
})

describe('requests', () => {
  test('must be signed', async () => {
    const { accessKeyId, secretAccessKey } = aws.credentials
    const refused = (credentials: {
      accessKeyId: string
      secretAccessKey: string
    }): Promise<unknown> => client('us-east-1', aws, { credentials }).listKeys()
    await expect(refused({ accessKeyId, secretAccessKey: 'x' })).rejects.toMatchObject({
      name: 'InvalidSignatureException',
    })
    await expect(refused({ accessKeyId: 'UNKNOWN', secretAccessKey })).rejects.toMatchObject({
      name: 'UnrecognizedClientException',
    })
  })

  test.each([
    ['TrentService.ListKeys', '{}', 'MissingAuthenticationToken'],
    ['TrentService.ListKeys', '[', 'SerializationException'],
    ['NoService.ListKeys', '{}', 'UnknownOperationException'],
    ['AWSCognitoIdentityService.toString', '{}', 'UnknownOperationException'],
  ])('%s %s: %s', async (target, body, code) => {
    const answer = await send(aws.kms.endpoint, 'POST', { 'x-amz-target': target }, body)
    expect(answer.status).toBe(400)
    expect(JSON.parse(answer.body.toString())).toMatchObject({ __type: code })
  })

  test('are written down, without plaintext', async () => {
    aws.kms.requests.clear()
    await europe.encrypt({ KeyId: id, Plaintext, EncryptionContext }).catch(() => undefined)
    expect(aws.kms.requests.entries).toMatchObject([
      {
        operation: 'Encrypt',
        region: 'eu-west-1',
        request: { KeyId: id, EncryptionContext },
        status: 400,
        error: 'NotFoundException',
      },
    ])
    expect(JSON.stringify(aws.kms.requests.entries)).not.toContain(Plaintext.toString('base64'))
  })

  test('fail on demand', async () => {
    const fault = { kind: 'status', status: 400, code: 'ThrottlingException', times: 2 } as const
    aws.kms.faults.add({ ...fault, operation: 'ListKeys' })
    await expect(kms.listKeys()).rejects.toMatchObject({ name: 'ThrottlingException' })
    await client('us-east-1', aws, { maxAttempts: 2 }).listKeys()
    aws.kms.faults.add({ kind: 'reset', operation: 'ListKeys' })
    await expect(kms.listKeys()).rejects.toThrow()
  })
})

describe('Cognito Identity', () => {
  const provider = (identityPoolId: string): ReturnType<typeof fromCognitoIdentityPool> =>
    fromCognitoIdentityPool({
      identityPoolId,
      clientConfig: { region: 'us-east-1', endpoint: aws.cognito.endpoint },
    })

  test('gives credentials for KMS that expire', async () => {
    const credentials = provider(aws.cognito.identityPoolId)
    await client('us-east-1', aws, { credentials }).describeKey({ KeyId: id })
    const left = Number((await credentials()).expiration) - Date.now()
    expect(left).toBeGreaterThan(50 * 60_000)
    expect(left).toBeLessThanOrEqual(3600_000)
  })

  test('knows its own pool and identities alone', async () => {
    await expect(
      provider('us-east-1:00000000-0000-0000-0000-000000000000')(),
    ).rejects.toMatchObject({
      name: 'ResourceNotFoundException',
    })
    const headers = { 'x-amz-target': 'AWSCognitoIdentityService.GetCredentialsForIdentity' }
    const answer = await send(aws.cognito.endpoint, 'POST', headers, '{"IdentityId":"us-east-1:x"}')
    expect(answer.headers['x-amzn-errortype']).toBe('ResourceNotFoundException')
  })
})

test('keys outlive the server', async () => {
  const directory = mkdtempSync(join(tmpdir(), 'api-test-'))
  const first = await startLocalAws({ directory })
  const before = client('us-east-1', first)
  const { KeyMetadata } = await before.createKey()
  await before.createAlias({ AliasName: 'alias/kept', TargetKeyId: KeyMetadata?.KeyId })
  const { CiphertextBlob } = await before.encrypt({ KeyId: 'alias/kept', Plaintext })
  await first.stop()
  const second = await startLocalAws({ directory })
  const opened = await client('us-east-1', second).decrypt({ CiphertextBlob, KeyId: 'alias/kept' })
  expect(Buffer.from(opened.Plaintext ?? [])).toEqual(Plaintext)
  await second.stop()
  rmSync(directory, { recursive: true })
})
