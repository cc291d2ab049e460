import { GetObjectCommand, PutObjectCommand, type GetObjectCommandOutput } from '@aws-sdk/client-s3'
import { kmsKeyring, S3EncryptionClient, type S3EncryptionClientConfig } from '@s3-cse/client'
import { afterAll, beforeAll } from 'vitest'
import { BUCKET, KEYS, openAccount, type Account } from '../../../e2e/account.ts'

export { BUCKET, KEYS, OTHER_REGION } from '../../../e2e/account.ts'

type KmsOptions = Parameters<typeof kmsKeyring>[0]

/** One local AWS for the tests of a file. */
export function useAccount() {
  let account: Account
  beforeAll(async () => {
    account = await openAccount()
  })
  afterAll(() => account.stop())

  const keyring = (options: KmsOptions = { keyId: KEYS.app }) =>
    kmsKeyring({
      ...(options as Omit<KmsOptions, 'client'>),
      clientConfig: { ...account.kmsConfig(), ...options.clientConfig },
    } as KmsOptions)

  return {
    get aws() {
      return account.aws
    },
    get plain() {
      return account.plain
    },
    get s3Config() {
      return account.s3Config
    },
    kmsConfig: (region?: string) => account.kmsConfig(region),
    keyring,
    /** An encryption client; suite 115 with the key `alias/app` unless told otherwise. */
    client(options: Partial<S3EncryptionClientConfig> = {}) {
      const config: object = { ...account.s3Config, keyring: keyring(), ...options }
      return new S3EncryptionClient(config as S3EncryptionClientConfig)
    },
    /** Body and metadata as S3 has them. */
    async stored(Key: string) {
      const output = await account.plain.send(new GetObjectCommand({ Bucket: BUCKET, Key }))
      return { output, metadata: output.Metadata ?? {}, body: await bytes(output) }
    },
    /** Puts something past the encryption client. */
    store: (Key: string, Body: Uint8Array, Metadata: Record<string, string>) =>
      account.plain.send(new PutObjectCommand({ Bucket: BUCKET, Key, Body, Metadata })),
  }
}

/** What a response body holds. */
export async function bytes({ Body }: Pick<GetObjectCommandOutput, 'Body'>): Promise<Buffer> {
  if (Body === undefined) throw new Error('no body')
  return Buffer.from(await Body.transformToByteArray())
}

/** Options that read everything. */
export const readsAll = {
  commitmentPolicy: 'REQUIRE_ENCRYPT_ALLOW_DECRYPT',
  enableLegacyUnauthenticatedModes: true,
} as const

let counter = 0

/** A key that no other test uses. */
export const freshKey = () => `object-${counter++}`
