// SPDX-License-Identifier: Apache-2.0
/**
 * What checks work with: a server with a bucket and keys, the peers, and files of plaintext.
 *
 * @module
 */

import { createHash, generateKeyPairSync, randomBytes } from 'node:crypto'
import { mkdtempSync } from 'node:fs'
import { readFile, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { CreateKeyCommand, KMSClient } from '@aws-sdk/client-kms'
import {
  CreateBucketCommand,
  GetObjectCommand,
  HeadObjectCommand,
  NotFound,
  PutObjectCommand,
  S3Client,
} from '@aws-sdk/client-s3'
import type { Peer } from './peer.ts'
import type { KeyringKeys, Operation, ServerAddress, Wrapping } from './protocol.ts'
import type { Server, ServerRow } from './servers.ts'

export const BUCKET = 'interop'

/** A server's answer to a peer, or a peer's own refusal. */
export class Refused extends Error {
  override readonly name = 'Refused'
  readonly kind: 'unsupported' | 'error'
  readonly error: string

  constructor(
    peer: string,
    refusal: { kind: 'unsupported' | 'error'; error: string; message: string },
  ) {
    super(`${peer}: ${refusal.error}: ${refusal.message}`)
    this.kind = refusal.kind
    this.error = refusal.error
  }
}

/** A peer read other bytes than were written. */
export class Mismatch extends Error {
  override readonly name = 'Mismatch'
}

/** Keys of one run: an AES key, an RSA key pair and a KMS key. */
export type TestKeys = Required<Omit<KeyringKeys, 'kind'>>

export interface World {
  readonly server: ServerAddress
  readonly keys: TestKeys
  /** Other raw keys, for re-encryption. */
  readonly otherKeys: TestKeys
  /** Without encryption. */
  readonly plain: S3Client
  readonly kms: KMSClient
  readonly kmsCalls: Server['kmsCalls']
  readonly bucket: string
  /** Path of a file with this many bytes, the same for each length. */
  plaintext(size: number): Promise<string>
  /** Path for a result, another one each time. */
  scratch(): string
  /** An object key, another one each time. */
  objectKey(): string
  stop(): Promise<void>
}

/** The keys that a kind of wrapping works with. */
export function keyring(keys: TestKeys, kind: Wrapping): KeyringKeys {
  const { kmsKeyId, aesKey, rsaPrivateKey, rsaPublicKey } = keys
  if (kind.startsWith('kms')) return { kind, kmsKeyId }
  return kind.startsWith('AES') ? { kind, aesKey } : { kind, rsaPrivateKey, rsaPublicKey }
}

function rawKeys() {
  const rsa = generateKeyPairSync('rsa', {
    modulusLength: 2048,
    publicKeyEncoding: { type: 'spki', format: 'der' },
    privateKeyEncoding: { type: 'pkcs8', format: 'der' },
  })
  return {
    aesKey: randomBytes(32).toString('base64'),
    rsaPrivateKey: rsa.privateKey.toString('base64'),
    rsaPublicKey: rsa.publicKey.toString('base64'),
  }
}

/** Starts a server and fills it. */
export async function openWorld(row: Pick<ServerRow, 'start'>): Promise<World> {
  const server: Server = await row.start()
  const { s3: endpoint, kms, region, ...credentials } = server.address
  const plain = new S3Client({ endpoint, region, credentials, forcePathStyle: true })
  await plain.send(new CreateBucketCommand({ Bucket: BUCKET }))

  const kmsClient = new KMSClient({ endpoint: kms, region, credentials })
  const { KeyMetadata } = await kmsClient.send(new CreateKeyCommand({}))
  const kmsKeyId = KeyMetadata?.Arn ?? ''

  const directory = mkdtempSync(join(tmpdir(), 'interop-'))
  const files = new Map<number, Promise<string>>()
  let serial = 0
  return {
    server: server.address,
    keys: { kmsKeyId, ...rawKeys() },
    otherKeys: { kmsKeyId, ...rawKeys() },
    plain,
    kms: kmsClient,
    kmsCalls: server.kmsCalls,
    bucket: BUCKET,
    plaintext(size) {
      const path = join(directory, `plaintext-${size}`)
      const file = files.get(size) ?? writeFile(path, content(size)).then(() => path)
      files.set(size, file)
      return file
    },
    scratch: () => join(directory, `result-${++serial}`),
    objectKey: () => `object-${++serial}`,
    async stop() {
      plain.destroy()
      kmsClient.destroy()
      await server.stop()
      await rm(directory, { recursive: true, maxRetries: 5 })
    },
  }
}

/** Bytes without a period that a block or a part could hide. */
export function content(size: number): Buffer {
  const blocks: Buffer[] = []
  for (let length = 0; length < size; length += 64) {
    blocks.push(createHash('sha512').update(String(length)).digest())
  }
  return Buffer.concat(blocks).subarray(0, size)
}

/** Has a peer do something. @throws {@link Refused} */
export async function perform(peer: Peer, world: World, operation: Operation): Promise<void> {
  const outcome = await peer.call(world.server, operation)
  if (!outcome.ok) throw new Refused(peer.name, outcome)
}

/** Has a peer read an object or a range, and returns what it read. @throws {@link Refused} */
export async function read(
  peer: Peer,
  world: World,
  operation: Omit<Operation, 'op' | 'file'>,
): Promise<Buffer> {
  const file = world.scratch()
  const op = operation.range === undefined ? 'get' : 'get-range'
  try {
    await perform(peer, world, { ...operation, op, file })
    return await readFile(file)
  } finally {
    await rm(file, { force: true })
  }
}

/** @throws {@link Mismatch} */
export function expectBytes(actual: Buffer, expected: Buffer): void {
  if (!actual.equals(expected)) {
    throw new Mismatch(`read ${actual.length} bytes that are not the ${expected.length} expected`)
  }
}

/** An object as it is stored. */
export interface StoredObject {
  readonly metadata: Readonly<Record<string, string>>
  readonly body: Buffer
}

export async function stored({ plain, bucket }: World, key: string): Promise<StoredObject> {
  const output = await plain.send(new GetObjectCommand({ Bucket: bucket, Key: key }))
  const body = Buffer.from((await output.Body?.transformToByteArray()) ?? [])
  return { metadata: output.Metadata ?? {}, body }
}

/** Stores an object as it is, under a new key unless one is given. */
export async function store(
  world: World,
  { metadata, body }: StoredObject,
  key: string = world.objectKey(),
): Promise<string> {
  const put = { Bucket: world.bucket, Key: key, Metadata: metadata, Body: body }
  await world.plain.send(new PutObjectCommand(put))
  return key
}

export async function exists({ plain, bucket }: World, key: string): Promise<boolean> {
  try {
    await plain.send(new HeadObjectCommand({ Bucket: bucket, Key: key }))
    return true
  } catch (error) {
    if (error instanceof NotFound) return false
    throw error
  }
}
