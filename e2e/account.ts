// SPDX-License-Identifier: Apache-2.0
/**
 * A local AWS with a bucket and keys in two regions: what most tests begin with.
 *
 * @module
 */

import { CreateAliasCommand, CreateKeyCommand, KMSClient } from '@aws-sdk/client-kms'
import { CreateBucketCommand, S3Client } from '@aws-sdk/client-s3'
import { startLocalAws, type LocalAws } from './local-aws/index.ts'

export const BUCKET = 'bucket'
export const S3_REGION = 'us-east-1'
export const OTHER_REGION = 'eu-west-1'

/** Names of the keys that every account has, and where they are. */
export const KEYS = {
  app: 'alias/app',
  /** In {@link OTHER_REGION}. */
  elsewhere: 'alias/elsewhere',
  /** Its policy denies Decrypt. */
  writeOnly: 'alias/write-only',
} as const

/** Clients for a local AWS, and where they are. */
export interface Account {
  readonly aws: LocalAws
  /** Configuration for every S3 client. */
  readonly s3Config: {
    region: string
    endpoint: string
    forcePathStyle: true
    credentials: LocalAws['credentials']
  }
  /** Configuration for every KMS client; the region is that of S3 unless given. */
  kmsConfig(region?: string): {
    region: string
    endpoint: string
    credentials: LocalAws['credentials']
  }
  /** Without encryption: sees what is stored. */
  readonly plain: S3Client
  stop(): Promise<void>
}

/** Starts one. */
export async function openAccount(): Promise<Account> {
  const aws = await startLocalAws()
  const { credentials } = aws
  const s3Config = {
    region: S3_REGION,
    endpoint: aws.s3.endpoint,
    forcePathStyle: true,
    credentials,
  } as const
  const kmsConfig = (region = S3_REGION) => ({ region, endpoint: aws.kms.endpoint, credentials })
  const plain = new S3Client(s3Config)
  await plain.send(new CreateBucketCommand({ Bucket: BUCKET }))

  const createKey = async (alias: string, region: string, policy?: object) => {
    const kms = new KMSClient(kmsConfig(region))
    const Policy = policy && JSON.stringify(policy)
    const { KeyMetadata } = await kms.send(new CreateKeyCommand({ Policy }))
    await kms.send(new CreateAliasCommand({ AliasName: alias, TargetKeyId: KeyMetadata?.KeyId }))
    kms.destroy()
  }
  await createKey(KEYS.app, S3_REGION)
  await createKey(KEYS.elsewhere, OTHER_REGION)
  await createKey(KEYS.writeOnly, S3_REGION, {
    Version: '2012-10-17',
    Statement: [{ Effect: 'Deny', Principal: '*', Action: 'kms:Decrypt', Resource: '*' }],
  })

  return {
    aws,
    s3Config,
    kmsConfig,
    plain,
    async stop() {
      plain.destroy()
      await aws.stop()
    },
  }
}
