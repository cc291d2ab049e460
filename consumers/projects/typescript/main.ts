// SPDX-License-Identifier: Apache-2.0
import {
  isS3EncryptionError,
  kmsKeyring,
  S3EncryptionClient,
  type Keyring,
  type S3EncryptionClientConfig,
} from '@s3-cse/node'

interface Account {
  readonly s3: Omit<S3EncryptionClientConfig, 'keyring'>
  readonly kms: { readonly region: string; readonly endpoint: string }
  readonly keyId: string
  readonly object: { readonly Bucket: string; readonly Key: string }
}

const { s3: config, kms, keyId, object } = JSON.parse(process.argv[2] ?? '') as Account

const s3 = new S3EncryptionClient({
  ...config,
  keyring: kmsKeyring({ keyId, clientConfig: kms }),
} as S3EncryptionClientConfig)
const content = new Uint8Array(9_000_000).map((_, i) => (i * 7) % 251)
await s3.putObject({ ...object, Body: content })
const { Body } = await s3.getObject(object)
const read: Uint8Array | undefined = await Body?.transformToByteArray()
if (read === undefined || Buffer.compare(read, content) !== 0) {
  throw new Error('Other bytes came back')
}

// A keyring of one's own, by its type alone.
const refusing: Keyring = {
  onEncrypt: () => Promise.reject(new Error('Not here')),
  onDecrypt: () => Promise.reject(new Error('Not here')),
}
const other = new S3EncryptionClient({ ...config, keyring: refusing } as S3EncryptionClientConfig)
const failure: unknown = await other.getObject(object).catch((error: unknown) => error)
if (isS3EncryptionError(failure)) throw new Error(`Not of this library: ${failure.code}`)
s3.destroy()
other.destroy()
