// SPDX-License-Identifier: Apache-2.0
import { GetObjectCommand, PutObjectCommand, type S3 } from '@aws-sdk/client-s3'
import { fromCognitoIdentityPool } from '@aws-sdk/credential-provider-cognito-identity'
import { getSignedUrl } from '@aws-sdk/s3-request-presigner'
import { describe, expect, test } from 'vitest'
import { localAws, raw, s3Client, send, signedHeaders } from './testing.ts'

const { aws, s3 } = await localAws()
const Bucket = 'bucket'
await s3.putObject({ Bucket, Key: 'k', Body: 'content' })
const path = '/bucket/k'
const url = aws.s3.endpoint + path
const refusal = (client: S3): Promise<string> =>
  client.getObject({ Bucket, Key: 'k' }).then(
    () => 'none',
    (error: unknown) => (error as Error).name,
  )

describe('a signed request', () => {
  test('is let in whatever its region', async () => {
    expect((await raw(aws, { path })).body.toString()).toBe('content')
  })

  test('must be signed with the right key', async () => {
    const { accessKeyId, secretAccessKey } = aws.credentials
    const clients = [
      [
        s3Client(aws, { credentials: { accessKeyId, secretAccessKey: 'wrong' } }),
        'SignatureDoesNotMatch',
      ],
      [
        s3Client(aws, { credentials: { accessKeyId: 'UNKNOWN', secretAccessKey } }),
        'InvalidAccessKeyId',
      ],
      [
        s3Client(aws, { credentials: { accessKeyId, secretAccessKey, sessionToken: 'wrong' } }),
        'InvalidToken',
      ],
    ] as const
    for (const [client, name] of clients) expect(await refusal(client)).toBe(name)
  })

  test('must be signed at all, and with all its x-amz- headers', async () => {
    expect((await send(url, 'GET', {})).code).toBe('AccessDenied')
    expect((await send(url, 'GET', { authorization: 'Basic x' })).code).toBe(
      'AuthorizationHeaderMalformed',
    )
    const headers = { ...signedHeaders(aws, { path }), 'x-amz-meta-added': 'later' }
    expect((await send(url, 'GET', headers)).code).toBe('AccessDenied')
  })

  test('is signed for this request alone', async () => {
    const headers = signedHeaders(aws, { path })
    expect((await send(`${url}2`, 'GET', headers)).code).toBe('SignatureDoesNotMatch')
    expect((await send(`${url}?versionId=null`, 'GET', headers)).code).toBe('SignatureDoesNotMatch')
    expect((await send(url, 'DELETE', headers)).code).toBe('SignatureDoesNotMatch')
  })

  test.each([-16, 16])('must not be %i minutes off', async (minutes) => {
    const headers = signedHeaders(aws, { path }, new Date(Date.now() + minutes * 60_000))
    expect((await send(url, 'GET', headers)).code).toBe('RequestTimeTooSkewed')
  })
})

describe('a presigned URL', () => {
  const get = new GetObjectCommand({ Bucket, Key: 'k', ResponseContentType: 'text/x' })

  test('reads', async () => {
    const response = await fetch(await getSignedUrl(s3, get))
    expect(await response.text()).toBe('content')
    expect(response.headers.get('content-type')).toBe('text/x')
  })

  test('writes, with the metadata that it carries', async () => {
    const Key = 'presigned ü'
    const put = new PutObjectCommand({ Bucket, Key, Metadata: { a: 'b' } })
    const response = await fetch(await getSignedUrl(s3, put), { method: 'PUT', body: 'new' })
    expect(response.status).toBe(200)
    const { Body, Metadata } = await s3.getObject({ Bucket, Key })
    expect([await Body?.transformToString(), Metadata]).toEqual(['new', { a: 'b' }])
  })

  test('is bound to its method, key and time', async () => {
    const good = await getSignedUrl(s3, get)
    expect((await send(good, 'PUT', {}, 'x')).code).toBe('SignatureDoesNotMatch')
    expect((await send(good.replace('/k?', '/j?'), 'GET', {})).code).toBe('SignatureDoesNotMatch')
    const signingDate = new Date(Date.now() - 61_000)
    const expired = await getSignedUrl(s3, get, { expiresIn: 60, signingDate })
    const answer = await send(expired, 'GET', {})
    expect([answer.status, answer.code]).toEqual([403, 'AccessDenied'])
    expect(answer.body.toString()).toContain('Request has expired')
  })
})

describe('temporary credentials', () => {
  test('from Cognito are good for S3, in headers and URLs, with their token', async () => {
    const credentials = fromCognitoIdentityPool({
      identityPoolId: aws.cognito.identityPoolId,
      clientConfig: { region: 'us-east-1', endpoint: aws.cognito.endpoint },
    })
    const client = s3Client(aws, { credentials })
    expect(await refusal(client)).toBe('none')
    const signed = await getSignedUrl(client, new GetObjectCommand({ Bucket, Key: 'k' }))
    expect(await (await fetch(signed)).text()).toBe('content')

    const { accessKeyId, secretAccessKey } = await credentials()
    const withoutToken = s3Client(aws, { credentials: { accessKeyId, secretAccessKey } })
    expect(await refusal(withoutToken)).toBe('InvalidToken')
  })
})
