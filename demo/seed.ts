// SPDX-License-Identifier: Apache-2.0
/**
 * Puts into a local AWS what the page works with: a bucket, and keys that each show something.
 *
 * @module
 */

import {
  CreateAliasCommand,
  CreateKeyCommand,
  KMSClient,
  ListAliasesCommand,
} from '@aws-sdk/client-kms'
import { CreateBucketCommand, S3Client } from '@aws-sdk/client-s3'
import type { LocalAws } from '../e2e/local-aws/index.ts'
import type { DemoConfig, KmsKey } from './src/demo-config.ts'

const REGION = 'us-east-1'
const BUCKET = 'demo'

interface SeedKey extends KmsKey {
  /** Actions that the key's policy denies to everybody. */
  readonly denied?: readonly string[]
}

const keys: readonly SeedKey[] = [
  { keyId: 'alias/demo', region: REGION },
  { keyId: 'alias/demo-eu', region: 'eu-west-1', note: 'in another region than the bucket' },
  {
    keyId: 'alias/write-only',
    region: REGION,
    note: 'its policy denies kms:Decrypt',
    denied: ['kms:Decrypt'],
  },
]

/** What there is already stays as it is, so that a local AWS that keeps its data can be seeded again. */
export async function seedDemo(
  aws: Pick<LocalAws, 's3' | 'kms' | 'cognito' | 'credentials'>,
): Promise<DemoConfig> {
  await createBucket(aws)
  for (const key of keys) await createKey(aws, key)
  return {
    region: REGION,
    bucket: BUCKET,
    endpoints: {
      s3: aws.s3.endpoint,
      kms: aws.kms.endpoint,
      cognito: aws.cognito.endpoint,
    },
    identityPoolId: aws.cognito.identityPoolId,
    keys: keys.map(({ keyId, region, note }) => ({ keyId, region, note })),
  }
}

async function createBucket({
  s3,
  credentials,
}: Pick<LocalAws, 's3' | 'credentials'>): Promise<void> {
  const client = new S3Client({
    endpoint: s3.endpoint,
    region: REGION,
    credentials,
    forcePathStyle: true,
  })
  try {
    await client.send(new CreateBucketCommand({ Bucket: BUCKET }))
  } catch (error) {
    if ((error as Error).name !== 'BucketAlreadyOwnedByYou') throw error
  } finally {
    client.destroy()
  }
}

async function createKey(
  { kms, credentials }: Pick<LocalAws, 'kms' | 'credentials'>,
  { keyId: alias, region, note, denied }: SeedKey,
): Promise<void> {
  const client = new KMSClient({ endpoint: kms.endpoint, region, credentials })
  try {
    const { Aliases = [] } = await client.send(new ListAliasesCommand())
    if (Aliases.some(({ AliasName }) => AliasName === alias)) return
    const { KeyMetadata } = await client.send(
      new CreateKeyCommand({
        Description: `Demo key${note === undefined ? '' : `: ${note}`}`,
        Policy: policy(denied),
      }),
    )
    await client.send(new CreateAliasCommand({ AliasName: alias, TargetKeyId: KeyMetadata?.KeyId }))
  } finally {
    client.destroy()
  }
}

function policy(denied: readonly string[] = []): string {
  const everybody = { Principal: '*', Resource: '*' }
  return JSON.stringify({
    Version: '2012-10-17',
    Statement: [
      { Effect: 'Allow', Action: 'kms:*', ...everybody },
      ...(denied.length > 0 ? [{ Effect: 'Deny', Action: denied, ...everybody }] : []),
    ],
  })
}
