import { createHash, randomBytes } from 'node:crypto'
import {
  CompleteMultipartUploadCommand,
  CopyObjectCommand,
  CreateMultipartUploadCommand,
  UploadPartCommand,
} from '@aws-sdk/client-s3'
import {
  memorySink,
  rawAesKeyring,
  UploadInterruptedError,
  withEncryption,
  type S3EncryptionClient,
} from '@s3-cse/client'
import { beforeEach, describe, expect, test } from 'vitest'
import { BUCKET, bytes, freshKey, useAccount } from './support.ts'

const account = useAccount()
const MiB = 2 ** 20
const content = randomBytes(11 * MiB)

const HEADER = 'x-amz-server-side-encryption-customer-'
const SOURCE_HEADER = 'x-amz-copy-source-server-side-encryption-customer-'

/** A key of the caller, and the headers by which S3 is to get it. */
function customerKey() {
  const key = randomBytes(32)
  const headersWith = (prefix: string) => ({
    [`${prefix}algorithm`]: 'AES256',
    [`${prefix}key`]: key.toString('base64'),
    [`${prefix}key-md5`]: createHash('md5').update(key).digest('base64'),
  })
  return {
    of: { SSECustomerAlgorithm: 'AES256', SSECustomerKey: key.toString('base64') },
    ofSource: {
      CopySourceSSECustomerAlgorithm: 'AES256',
      CopySourceSSECustomerKey: key.toString('base64'),
    },
    headersWith,
  }
}

const { of: sse, ofSource, headersWith } = customerKey()

const wrappedBy = (materialDescription: Record<string, string>) =>
  rawAesKeyring({ wrappingKey: randomBytes(32), materialDescription })

const keyring = wrappedBy({ key: 'old' })
const withFiles = () =>
  account.client({ keyring, storage: 'instruction-file', partSize: 5 * MiB, partsInFlight: 1 })

async function put(client: S3EncryptionClient, Body: Uint8Array = Buffer.from('secret')) {
  const object = { Bucket: BUCKET, Key: freshKey(), ...sse }
  await client.putObject({ ...object, Body })
  return object
}

const sent = () =>
  account.aws.s3.requests.entries.map(({ operation, key }) => {
    return key.endsWith('.instruction') ? `${operation} of the file` : operation
  })

/** What was sent since `clear`, each request with the key. */
function expectKeyOn(operations: readonly string[]): void {
  expect(sent()).toEqual(operations)
  for (const request of account.aws.s3.requests.entries) {
    expect(request.headers).toMatchObject(headersWith(HEADER))
  }
}

describe('the key of SSE-C goes with each request, for the object and for its instruction file', () => {
  beforeEach(() => {
    account.aws.s3.requests.clear()
  })

  test('PutObject', async () => {
    await put(withFiles())
    expectKeyOn(['PutObject of the file', 'PutObject'])
  })

  test('PutObject in parts', async () => {
    await put(withFiles(), content)
    const parts = Array.from({ length: 3 }, () => 'UploadPart')
    const end = ['PutObject of the file', 'CompleteMultipartUpload']
    expectKeyOn(['CreateMultipartUpload', ...parts, ...end])
  })

  test('plain multipart commands', async () => {
    const client = withFiles()
    const target = { Bucket: BUCKET, Key: freshKey() }
    const created = await client.send(new CreateMultipartUploadCommand({ ...target, ...sse }))
    const upload = { ...target, UploadId: created.UploadId }
    const part = { ...upload, ...sse, PartNumber: 1, Body: content.subarray(0, 5 * MiB) }
    const { ETag } = await client.send(new UploadPartCommand(part))
    const MultipartUpload = { Parts: [{ PartNumber: 1, ETag }] }
    const completion = { ...upload, ...sse, MultipartUpload }
    await client.send(new CompleteMultipartUploadCommand(completion))
    // The second part is the tag.
    const end = ['PutObject of the file', 'CompleteMultipartUpload']
    expectKeyOn(['CreateMultipartUpload', 'UploadPart', 'UploadPart', ...end])
  })

  test('an upload that is resumed', async () => {
    const client = withFiles()
    const input = { Bucket: BUCKET, Key: freshKey(), Body: content, ...sse }
    const part = { operation: 'UploadPart', key: input.Key, partNumber: 2 } as const
    account.aws.s3.faults.add({ ...part, kind: 'status', status: 403, code: 'AccessDenied' })
    const error: unknown = await client
      .upload(input, { onState: () => undefined })
      .catch((reason: unknown) => reason)
    expect(error).toBeInstanceOf(UploadInterruptedError)
    account.aws.s3.requests.clear()
    await client.upload(input, { resume: (error as UploadInterruptedError).state })
    const end = ['PutObject of the file', 'CompleteMultipartUpload']
    expectKeyOn(['ListParts', 'UploadPart', 'UploadPart', ...end])
  })

  test('GetObject, HeadObject and download()', async () => {
    const client = withFiles()
    const object = await put(client)
    account.aws.s3.requests.clear()
    expect((await bytes(await client.getObject(object))).toString()).toBe('secret')
    await client.headObject(object)
    await client.download(object, memorySink())
    const read = ['GetObject', 'GetObject of the file']
    expectKeyOn([...read, 'HeadObject', ...read])
  })

  test('CopyObject, with the key of its source', async () => {
    const client = withFiles()
    const source = await put(client)
    const copy = customerKey()
    account.aws.s3.requests.clear()
    const input = {
      Bucket: BUCKET,
      Key: freshKey(),
      CopySource: `${BUCKET}/${source.Key}`,
      MetadataDirective: 'REPLACE' as const,
    }
    const request = withEncryption({ ...input, ...copy.of, ...ofSource }, { keepEnvelope: true })
    await client.send(new CopyObjectCommand(request))
    expect(sent()).toEqual(['HeadObject', 'CopyObject', 'CopyObject of the file'])
    const [head, ...copies] = account.aws.s3.requests.entries
    expect(head?.headers).toMatchObject(headersWith(HEADER))
    for (const { headers } of copies) {
      expect(headers).toMatchObject({ ...headersWith(SOURCE_HEADER), ...copy.headersWith(HEADER) })
    }
  })

  test('reEncryptInstructionFile()', async () => {
    const client = withFiles()
    const object = await put(client)
    account.aws.s3.requests.clear()
    await client.reEncryptInstructionFile(object, { newKeyring: wrappedBy({ key: 'new' }) })
    expectKeyOn(['HeadObject', 'GetObject of the file', 'PutObject of the file'])
  })
})
