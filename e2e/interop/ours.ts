// SPDX-License-Identifier: Apache-2.0
/**
 * This library as a peer, in the process.
 *
 * @module
 */

import { createReadStream } from 'node:fs'
import { open, writeFile } from 'node:fs/promises'
import {
  CompleteMultipartUploadCommand,
  CreateMultipartUploadCommand,
  DeleteObjectCommand,
  UploadPartCommand,
  type CompletedPart,
} from '@aws-sdk/client-s3'
import { cognitoCredentials } from '@s3-cse/browser'
import {
  fileSource,
  isS3EncryptionError,
  kmsKeyring,
  nodeRsa,
  rawAesKeyring,
  rawRsaKeyring,
  S3EncryptionClient,
  withEncryption,
  type EncryptionPolicy,
  type Keyring,
  type KeyringFactory,
} from '@s3-cse/node'
import packageJson from '../../packages/client/package.json' with { type: 'json' }
import type { Peer } from './peer.ts'
import {
  ROTATED,
  type Commitment,
  type KeyringKeys,
  type Operation,
  type Outcome,
  type ServerAddress,
} from './protocol.ts'

export const OURS = 's3-cse'

class Unsupported extends Error {
  override readonly name = 'Unsupported'
}

/** The library as it is built. */
export function ours(): Peer {
  return {
    name: OURS,
    version: packageJson.version,
    async call(server, operation) {
      const s3 = client(server, operation)
      try {
        if (s3 instanceof Unsupported) throw s3
        await operations[operation.op](s3, operation, server)
        return { ok: true }
      } catch (error) {
        return outcomeOf(error)
      } finally {
        if (s3 instanceof S3EncryptionClient) s3.destroy()
      }
    },
    stop: () => Promise.resolve(),
  }
}

function outcomeOf(error: unknown): Outcome {
  if (!(error instanceof Error)) throw error
  return {
    ok: false,
    kind: error instanceof Unsupported ? 'unsupported' : 'error',
    error: isS3EncryptionError(error) ? error.code : error.name,
    message: error.message,
  }
}

type Run = (s3: S3EncryptionClient, operation: Operation, server: ServerAddress) => Promise<void>

const operations: Readonly<Record<Operation['op'], Run>> = {
  async put(s3, operation) {
    const { bucket: Bucket, key: Key, file, multipart } = operation
    if (operation.suffix !== undefined) throw new Unsupported('a suffix on put')
    if (multipart === undefined) {
      await s3.putObject({ Bucket, Key, Body: createReadStream(file) }, requestOptions(operation))
    } else if (multipart.parallel) {
      const { partSize } = multipart
      const options = { ...requestOptions(operation), partSize }
      await s3.upload({ Bucket, Key, Body: fileSource(file) }, options)
    } else {
      await putInParts(s3, operation, multipart.partSize)
    }
  },
  get,
  'get-range': get,
  async reencrypt(s3, operation, server) {
    const { bucket: Bucket, key: Key, newKeyring: keys, suffix } = operation
    const newKeyring = keys && keyringOf(server, { ...operation, keyring: keys, context: ROTATED })
    if (newKeyring === undefined) throw new Unsupported('this new keyring')
    const options = { newKeyring, ...(suffix && { instructionFileSuffix: suffix }) }
    await s3.reEncryptInstructionFile({ Bucket, Key }, options)
  },
  async delete(s3, { bucket: Bucket, key: Key }) {
    await s3.send(new DeleteObjectCommand({ Bucket, Key }))
  },
}

async function get(s3: S3EncryptionClient, operation: Operation): Promise<void> {
  const { bucket: Bucket, key: Key, file, range: Range } = operation
  const { Body } = await s3.getObject({ Bucket, Key, Range }, requestOptions(operation))
  if (Body === undefined) throw new Error('no body')
  await writeFile(file, await Body.transformToByteArray())
}

/** By plain multipart commands, one part after the other. */
async function putInParts(
  s3: S3EncryptionClient,
  operation: Operation,
  partSize: number,
): Promise<void> {
  const { bucket: Bucket, key: Key } = operation
  const create = withEncryption({ Bucket, Key }, requestOptions(operation))
  const { UploadId } = await s3.send(new CreateMultipartUploadCommand(create))
  const file = await open(operation.file)
  try {
    const { size } = await file.stat()
    const Parts: CompletedPart[] = []
    for (let offset = 0; offset < size || offset === 0; offset += partSize) {
      const PartNumber = Parts.length + 1
      const Body = Buffer.alloc(Math.min(partSize, size - offset))
      await file.read(Body, 0, Body.length, offset)
      const part = { Bucket, Key, UploadId, PartNumber, Body }
      const { ETag } = await s3.send(new UploadPartCommand(part))
      Parts.push({ ETag, PartNumber })
    }
    const complete = { Bucket, Key, UploadId, MultipartUpload: { Parts } }
    await s3.send(new CompleteMultipartUploadCommand(complete))
  } finally {
    await file.close()
  }
}

function requestOptions({ op, keyring, context, delayed, storage, suffix }: Operation) {
  return {
    ...(op === 'put' && storage === 'instruction' ? { storage: 'instruction-file' as const } : {}),
    ...(suffix === undefined ? {} : { instructionFileSuffix: suffix }),
    encryptionContext: isKms(keyring) && Object.keys(context).length > 0 ? context : undefined,
    ...(delayed === true ? { delayedAuthentication: true as const } : {}),
  }
}

function client(server: ServerAddress, operation: Operation): S3EncryptionClient | Unsupported {
  const { s3: endpoint, region, accessKeyId, secretAccessKey, identityPoolId } = server
  const keyring = keyringOf(server, operation)
  if (keyring === undefined) return new Unsupported(`writing ${operation.keyring.kind}`)
  return new S3EncryptionClient({
    endpoint,
    region,
    credentials:
      identityPoolId === undefined
        ? { accessKeyId, secretAccessKey }
        : cognitoCredentials(identityPoolId, { clientConfig: { endpoint } }),
    forcePathStyle: true,
    maxAttempts: 1,
    keyring,
    ...policyOf(operation),
    enableLegacyUnauthenticatedModes: operation.legacy,
  })
}

const POLICIES = {
  'forbid-allow': 'FORBID_ENCRYPT_ALLOW_DECRYPT',
  'require-allow': 'REQUIRE_ENCRYPT_ALLOW_DECRYPT',
  'require-require': 'REQUIRE_ENCRYPT_REQUIRE_DECRYPT',
} as const satisfies Record<Commitment, string>

function policyOf({ op, suite, commitment }: Operation): EncryptionPolicy {
  if (op === 'put' && suite === 'cbc') {
    return {
      commitmentPolicy: POLICIES['forbid-allow'],
      algorithmSuite: 'ALG_AES_256_CBC_IV16_NO_KDF',
      writeLegacyCbc: true,
    }
  }
  // A union in one member is no union of members to the compiler.
  return { commitmentPolicy: POLICIES[commitment] } as EncryptionPolicy
}

const isKms = ({ kind }: KeyringKeys) => kind.startsWith('kms')

/** Undefined for what is never written. */
function keyringOf(
  server: ServerAddress,
  { op, keyring: keys, context, legacy }: Operation,
): Keyring | KeyringFactory | undefined {
  const { kind, kmsKeyId = '', aesKey = '', rsaPrivateKey = '', rsaPublicKey = '' } = keys
  const reading = op !== 'put'
  const shared = { enableLegacyWrappingAlgorithms: legacy, materialDescription: context }
  if (isKms(keys)) {
    return kmsKeyring({
      keyId: kmsKeyId,
      writeLegacyKms: kind === 'kms',
      enableLegacyWrappingAlgorithms: legacy,
      clientConfig: { endpoint: server.kms, maxAttempts: 1 },
    })
  }
  if (kind === 'AES/GCM' || kind === 'AES' || (kind === 'AESWrap' && reading)) {
    const wrappingKey = Buffer.from(aesKey, 'base64')
    return rawAesKeyring({ ...shared, wrappingKey, writeLegacyAes: kind === 'AES' })
  }
  if (kind === 'RSA-OAEP-SHA1' || kind === 'RSA' || reading) {
    return rawRsaKeyring({
      ...shared,
      publicKey: Buffer.from(rsaPublicKey, 'base64'),
      privateKey: Buffer.from(rsaPrivateKey, 'base64'),
      rsa: nodeRsa,
      writeLegacyRsa: kind === 'RSA',
    })
  }
  return undefined
}
