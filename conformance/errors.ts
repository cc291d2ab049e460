// SPDX-License-Identifier: Apache-2.0
/**
 * Every error code: what leads to it, in every runtime. A code without a row does not compile.
 *
 * @module
 */

import type { ErrorCode, Keyring, WrappedDataKey } from '@s3-cse/core'
import type { UploadState } from '@s3-cse/client'
import {
  assert,
  assertEqual,
  assertRejects,
  base64,
  content,
  flipped,
  type Check,
} from './check.ts'
import {
  controlS3,
  encryptionClient,
  freshObject,
  keyringOn,
  plainClient,
  store,
  stored,
} from './account.ts'
import type { Library } from './library.ts'
import { readsAll, writings } from './policies.ts'

const MiB = 2 ** 20
const plaintext = content(100)
const forbid = { commitmentPolicy: 'FORBID_ENCRYPT_ALLOW_DECRYPT' } as const
const cbc = writings.find(({ suite }) => suite === 0x0070)?.policy

const rawAes = ({ core }: Library, options = {}) =>
  core.rawAesKeyring({ wrappingKey: content(32), ...options })

/** Encrypts under a raw AES key, alters, decrypts. */
async function altered(
  library: Library,
  alter: (object: { body: Uint8Array; metadata: Readonly<Record<string, string>> }) => object,
  { write = {}, read = {} } = {},
) {
  const { core } = library
  const keyring = rawAes(library)
  const object = await core.encrypt(plaintext, { keyring, ...write })
  return core.decrypt({ ...object, ...alter(object) }, { keyring, ...read })
}

const field = (name: string, value: string) => ({
  alter: ({ metadata }: { metadata: Readonly<Record<string, string>> }) => ({
    metadata: { ...metadata, [name]: value },
  }),
})

/** A keyring whose answer is unfit in some way. */
function keyringAnswering(answer: Partial<WrappedDataKey>): Keyring {
  return {
    onEncrypt: () =>
      Promise.resolve({
        dataKey: content(32),
        encryptedDataKey: content(48),
        wrappingAlgorithm: 'AES/GCM' as const,
        description: {},
        ...answer,
      }),
    onDecrypt: () => Promise.reject(new Error('only writes')),
  }
}

async function put(library: Library, input = {}, options = {}) {
  return encryptionClient(library).putObject(
    { ...freshObject(library), Body: plaintext, ...input },
    options,
  )
}

async function putThenGet(library: Library, options = {}, call = {}) {
  const object = freshObject(library)
  await encryptionClient(library).putObject({ ...object, Body: plaintext })
  return encryptionClient(library, options).getObject(object, call)
}

/** Reads an object whose instruction file is another than was written, or none. */
async function withInstructionFile(
  library: Library,
  alter: (file: string) => string | undefined,
): Promise<unknown> {
  const object = freshObject(library)
  const client = encryptionClient(library, { storage: 'instruction-file' })
  await client.putObject({ ...object, Body: plaintext })
  const file = { ...object, Key: `${object.Key}.instruction` }
  const altered = alter(new TextDecoder().decode((await stored(library, file)).body))
  if (altered !== undefined) await store(library, file, new TextEncoder().encode(altered), {})
  else await plainClient(library).send(new library.sdk.DeleteObjectCommand(file))
  return client.getObject(object)
}

/** A multipart upload by plain commands; parts are 5 MiB unless said otherwise. */
async function multipart(library: Library, options = {}) {
  const { sdk, client } = library
  const s3 = encryptionClient(library, { requestChecksumCalculation: 'WHEN_REQUIRED' })
  const object = freshObject(library)
  const { UploadId } = await s3.send(
    new sdk.CreateMultipartUploadCommand(client.withEncryption(object, options)),
  )
  return (PartNumber: number, Body: Uint8Array) =>
    s3.send(new sdk.UploadPartCommand({ ...object, UploadId, PartNumber, Body }))
}

const large = content(11 * MiB)

/** An upload that S3 refuses to take the last part of. */
async function interruptedUpload(library: Library) {
  const object = freshObject(library)
  const fault = { operation: 'UploadPart', key: object.Key, partNumber: 3, kind: 'status' }
  await controlS3(library, 'faults', { ...fault, status: 403, code: 'AccessDenied' })
  const options = { partSize: 5 * MiB, partsInFlight: 1, onState: () => undefined }
  return { object, upload: encryptionClient(library).upload({ ...object, Body: large }, options) }
}

async function resumed(library: Library, Body: Uint8Array, change: object) {
  const { object, upload } = await interruptedUpload(library)
  const error: unknown = await upload.catch((reason: unknown) => reason)
  const resume = { ...(error as { state: UploadState }).state, ...change }
  return encryptionClient(library).upload({ ...object, Body }, { resume, partSize: 5 * MiB })
}

// 512 bits: too short for a data key and its padding.
const SHORT_RSA_KEY =
  'MFwwDQYJKoZIhvcNAQEBBQADSwAwSAJBAJpALgr0oOztijZ4PKXbYT1LQbNLE3xf2YAbZbaMqLuiy3/nC+b/5RzReBlg7uVAAMoLLGcrZEXV8vt4xEtdVc0CAwEAAQ=='

/** Codes of the workers of `@s3-cse/browser`: other packages have none. */
type OfWorkers = 'ERR_WORKER_FAILED' | 'ERR_WORKER_MISSING'

type Cases = Record<Exclude<ErrorCode, OfWorkers>, (library: Library) => Promise<unknown>>

const cases: Readonly<Cases> = {
  ERR_ALGORITHM_UNKNOWN: (library) => altered(library, field('x-amz-c', '119').alter),
  ERR_BODY_INVALID: (library) => put(library, { Body: { not: 'a body' } }),
  ERR_BUFFER_LIMIT: (library) => putThenGet(library, { bufferSize: 50 }),
  ERR_COMMITMENT_MISMATCH: (library) =>
    altered(library, field('x-amz-d', `B${'A'.repeat(36)}A==`).alter),
  ERR_COMMITMENT_POLICY: (library) => altered(library, () => ({}), { write: forbid }),
  ERR_CONFIGURATION: (library) =>
    Promise.resolve().then(() => encryptionClient(library, { partSize: 17 })),
  ERR_CONTENT_LENGTH: (library) => put(library, { ContentLength: 7 }),
  ERR_CONTENT_RANGE: async (library) => {
    const object = freshObject(library)
    const client = encryptionClient(library, { enableLegacyUnauthenticatedModes: true })
    await client.putObject({ ...object, Body: plaintext })
    // Below the encryption, as a server that answers with another range.
    client.middlewareStack.add(
      (next) => (args) => {
        Object.assign((args as { request: { headers: object } }).request.headers, {
          range: 'bytes=0-15',
        })
        return next(args)
      },
      { step: 'build', name: 'another-range' },
    )
    return client.getObject({ ...object, Range: 'bytes=50-60' })
  },
  ERR_CONTENT_TOO_LONG: async ({ core }) => {
    const suite = core.algorithmSuite(0x0073)
    const key = { suite, key: content(32), iv: content(12), aad: new Uint8Array(0) }
    const stream = core.encryptStream(key, [], { length: suite.maxContentLength + 1 })
    return stream.next()
  },
  ERR_DATA_KEY_INVALID: ({ core }) =>
    core.encrypt(plaintext, { keyring: keyringAnswering({ dataKey: content(31) }) }),
  ERR_DECRYPTION_FAILED: (library) => altered(library, ({ body }) => ({ body: flipped(body, 50) })),
  ERR_ENCRYPTION_CONTEXT_MISMATCH: (library) =>
    putThenGet(library, {}, { encryptionContext: { tenant: '7' } }),
  ERR_ENCRYPTION_CONTEXT_RESERVED: (library) =>
    put(library, {}, { encryptionContext: { 'aws:x-amz-cek-alg': '115' } }),
  ERR_ENVELOPE_CONFLICT: (library) => altered(library, field('x-amz-key-v2', 'AAAA').alter),
  ERR_ENVELOPE_INVALID: (library) => altered(library, field('x-amz-i', '*').alter),
  ERR_ENVELOPE_LOST: async (library) => {
    const object = freshObject(library)
    const client = encryptionClient(library)
    await client.putObject({ ...object, Body: plaintext })
    const CopySource = `${object.Bucket}/${object.Key}`
    const copy = { ...freshObject(library), CopySource, MetadataDirective: 'REPLACE' } as const
    return client.send(new library.sdk.CopyObjectCommand(copy))
  },
  ERR_ENVELOPE_MISSING: async (library) => {
    const object = freshObject(library)
    await store(library, object, plaintext, {})
    return encryptionClient(library).getObject(object)
  },
  ERR_ENVELOPE_ZERO_IV: (library) =>
    altered(library, field('x-amz-i', `${'A'.repeat(37)}A==`).alter),
  ERR_INSTRUCTION_FILE_FAILED: async (library) => {
    const object = freshObject(library)
    const key = `${object.Key}.instruction`
    const fault = { operation: 'PutObject', key, kind: 'status', status: 403 }
    await controlS3(library, 'faults', { ...fault, code: 'AccessDenied' })
    const client = encryptionClient(library, { storage: 'instruction-file' })
    return client.putObject({ ...object, Body: plaintext, IfNoneMatch: '*' })
  },
  ERR_INSTRUCTION_FILE_INVALID: (library) => withInstructionFile(library, () => 'no JSON'),
  ERR_INSTRUCTION_FILE_MISSING: (library) => withInstructionFile(library, () => undefined),
  ERR_INSTRUCTION_FILE_TAMPERED: (library) =>
    withInstructionFile(library, (file) => file.replace('{', '{"x-amz-c":"115",')),
  ERR_KEYRING_CANNOT_DECRYPT: async (library) => {
    const { core } = library
    const object = await core.encrypt(plaintext, { keyring: rawAes(library) })
    const keyring = core.rawAesKeyring({ keyFor: () => undefined })
    return core.decrypt(object, { keyring })
  },
  ERR_KEYRING_CANNOT_ENCRYPT: (library) =>
    encryptionClient(library, {
      keyring: keyringOn(library, { discovery: true }),
    }).putObject({ ...freshObject(library), Body: plaintext }),
  ERR_LEGACY_CONTENT_DISABLED: (library) =>
    altered(library, () => ({}), {
      write: { ...cbc },
      read: { commitmentPolicy: readsAll.commitmentPolicy },
    }),
  ERR_LEGACY_WRAPPING_DISABLED: async (library) => {
    const { core } = library
    const keyring = rawAes(library, { writeLegacyAes: true })
    const object = await core.encrypt(plaintext, { ...cbc, keyring })
    return core.decrypt(object, { ...readsAll, keyring })
  },
  ERR_METADATA_TOO_LARGE: (library) => put(library, { Metadata: { note: 'x'.repeat(2000) } }),
  ERR_MULTIPART_ORDER: async (library) => {
    const send = await multipart(library)
    return send(2, large.subarray(0, 5 * MiB))
  },
  ERR_MULTIPART_PART_CHANGED: async (library) => {
    const send = await multipart(library)
    await send(1, large.subarray(0, 5 * MiB))
    return send(1, large.subarray(1, 5 * MiB + 1))
  },
  ERR_MULTIPART_PART_SIZE: async (library) => {
    const send = await multipart(library, { partSize: 5 * MiB })
    return send(1, large.subarray(0, 6 * MiB))
  },
  ERR_MULTIPART_UNKNOWN_UPLOAD: (library) => {
    const part = { ...freshObject(library), UploadId: 'x', PartNumber: 1, Body: 'x' }
    return encryptionClient(library).send(new library.sdk.UploadPartCommand(part))
  },
  ERR_NOT_SUPPORTED: (library) => put(library, { WriteOffsetBytes: 1 }),
  ERR_OBJECT_CHANGED: async (library) => {
    const object = freshObject(library)
    const client = encryptionClient(library, { partSize: 5 * MiB })
    await client.putObject({ ...object, Body: large })
    const fault = { operation: 'GetObject', key: object.Key, skip: 1, kind: 'wrong-etag' }
    await controlS3(library, 'faults', fault)
    return client.download(object, library.client.memorySink())
  },
  ERR_PLAINTEXT_CHECKSUM: (library) => put(library, { ContentMD5: 'AAAA' }),
  ERR_PRESIGN_REFUSED: (library) => {
    const client = encryptionClient(library)
    // What the presigner does: everything but the request.
    client.middlewareStack.add(
      () => () => Promise.resolve({ output: { presigned: true } as never, response: {} }),
      { step: 'build', name: 'presign' },
    )
    return client.putObject({ ...freshObject(library), Body: plaintext })
  },
  ERR_RE_ENCRYPTION_REFUSED: async (library) => {
    const object = freshObject(library)
    const client = encryptionClient(library)
    await client.putObject({ ...object, Body: plaintext })
    return client.reEncryptInstructionFile(object, { newKeyring: keyringOn(library) })
  },
  ERR_ROTATION_NOT_ENFORCED: async (library) => {
    const object = freshObject(library)
    const client = encryptionClient(library, { storage: 'instruction-file' })
    await client.putObject({ ...object, Body: plaintext })
    const rotation = { newKeyring: keyringOn(library), enforceRotation: true }
    return client.reEncryptInstructionFile(object, rotation)
  },
  ERR_SOURCE_CHANGED: (library) => resumed(library, large.subarray(1), {}),
  ERR_UNWRAP_FAILED: async (library) => {
    const { core } = library
    const object = await core.encrypt(plaintext, { keyring: rawAes(library) })
    return core.decrypt(object, { keyring: rawAes(library, { wrappingKey: content(16) }) })
  },
  ERR_UPLOAD_INTERRUPTED: async (library) => (await interruptedUpload(library)).upload,
  ERR_UPLOAD_STATE: (library) => resumed(library, large, { sealed: '' }),
  ERR_WEBCRYPTO_MISSING: async ({ core }) => {
    Object.defineProperty(crypto, 'subtle', { value: undefined, configurable: true })
    try {
      const iv = content(12)
      const suite = core.algorithmSuite(0x0073)
      return await core.encryptBytes({ suite, key: content(32), iv, aad: iv }, plaintext)
    } finally {
      // The one of the prototype is there again.
      Reflect.deleteProperty(crypto, 'subtle')
    }
  },
  ERR_WRAP_FAILED: ({ core }) =>
    core.encrypt(plaintext, { keyring: core.rawRsaKeyring({ publicKey: base64(SHORT_RSA_KEY) }) }),
  ERR_WRAPPING_ALGORITHM_UNSUPPORTED: ({ core }) =>
    core.encrypt(plaintext, {
      keyring: keyringAnswering({ wrappingAlgorithm: 'ROT13' as 'AES/GCM' }),
    }),
}

export const errorChecks: Check<Library>[] = Object.entries(cases).map(([code, action]) => ({
  name: code,
  async run(library) {
    const error = await assertRejects(action(library), code)
    assert(library.core.isS3EncryptionError(error), 'isS3EncryptionError knows it')
    assert(error.message.length > 20, 'the message says something')
    assertEqual(error.toJSON().code, code)
  },
}))
