// SPDX-License-Identifier: Apache-2.0
import { expect, test } from 'vitest'
import { localAws, raw, send } from './testing.ts'

const { aws, s3 } = await localAws()
await s3.putObject({
  Bucket: 'bucket',
  Key: 'k',
  Body: 'x',
  Metadata: { a: '1', 'x-amz-key-v3': '2' },
})
const path = '/bucket/k'
const exposed = async (): Promise<string[]> => {
  const { headers } = await raw(aws, {
    path,
    headers: { 'x-amz-checksum-mode': 'ENABLED', range: 'bytes=0-' },
  })
  return headers['access-control-expose-headers']?.split(', ') ?? []
}

test.each([aws.s3.endpoint + path, aws.kms.endpoint, `${aws.s3.endpoint}/_local/flip`])(
  'a preflight for %s allows what it asks for',
  async (url) => {
    const answer = await send(url, 'OPTIONS', {
      origin: 'https://page.example',
      'access-control-request-method': 'PUT',
      'access-control-request-headers': 'authorization,x-amz-meta-anything',
    })
    expect(answer.status).toBe(204)
    expect(answer.headers).toMatchObject({
      'access-control-allow-origin': '*',
      'access-control-allow-methods': expect.stringContaining('PUT') as string,
      'access-control-allow-headers': 'authorization,x-amz-meta-anything',
      'access-control-max-age': '3000',
    })
  },
)

test('every answer of S3 shows its headers', async () => {
  expect(await exposed()).toEqual(
    expect.arrayContaining([
      'etag',
      'content-range',
      'content-length',
      'accept-ranges',
      'last-modified',
      'x-amz-request-id',
      'x-amz-version-id',
      'x-amz-meta-a',
      'x-amz-meta-x-amz-key-v3',
    ]),
  )
  const whole = await raw(aws, { path, headers: { 'x-amz-checksum-mode': 'ENABLED' } })
  expect(whole.headers['access-control-expose-headers']).toContain('x-amz-checksum-crc32')
  const refused = await send(aws.s3.endpoint + path, 'GET', {})
  expect([refused.status, refused.headers['access-control-allow-origin']]).toEqual([403, '*'])
})

test('headers can be hidden', async () => {
  aws.s3.hideHeaders(/^x-amz-meta-x-amz-/)
  expect(await exposed()).toContain('x-amz-meta-a')
  expect(await exposed()).not.toContain('x-amz-meta-x-amz-key-v3')
  aws.s3.hideHeaders(undefined)
  expect(await exposed()).toContain('x-amz-meta-x-amz-key-v3')
})

test('KMS and Cognito show the name of an error', async () => {
  const answer = await send(
    aws.kms.endpoint,
    'POST',
    { 'x-amz-target': 'TrentService.ListKeys' },
    '{}',
  )
  expect(answer.headers).toMatchObject({
    'access-control-allow-origin': '*',
    'access-control-expose-headers': 'x-amzn-requestid, x-amzn-errortype',
    'x-amzn-errortype': 'MissingAuthenticationToken',
  })
})
