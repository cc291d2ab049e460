// SPDX-License-Identifier: Apache-2.0
/**
 * Golden objects: what the peers wrote, for tests that need no other language.
 *
 * @module
 */

import { DecryptCommand } from '@aws-sdk/client-kms'
import { completeFromInstructionFile, envelopeFields, readEnvelope } from '@s3-cse/core'
import { contexts, formats, storages, type ContextName } from './cells.ts'
import { impossible } from './impossible.ts'
import { plainShape, writeObject, type Client, type Shape } from './objects.ts'
import { content, stored, type World } from './world.ts'

const SIZES = [0, 17, 1024] // bytes

/** What stands in `e2e/fixtures/golden/objects.json`; byte strings are base64. */
export interface Golden {
  readonly keys: { readonly aes: string; readonly rsa: string }
  /** By size. */
  readonly plaintexts: Readonly<Record<string, string>>
  readonly objects: readonly GoldenObject[]
}

interface GoldenObject {
  /** Who wrote it, in which version. */
  readonly writer: string
  readonly wrapping: Shape['wrapping']
  readonly suite: Shape['suite']
  readonly size: number
  /** What a reader is asked for. */
  readonly context: Readonly<Record<string, string>>
  readonly metadata: Readonly<Record<string, string>>
  readonly instructionFile: string | null
  readonly body: string
  /** What AWS KMS was asked, and what it answered. */
  readonly kms: {
    readonly encryptionContext: Readonly<Record<string, string>>
    readonly wrapped: string
    readonly dataKey: string
  } | null
}

const shapes: readonly Shape[] = formats.flatMap((format) =>
  storages.flatMap((storage) => {
    const shape = { ...plainShape, ...format, storage }
    const inContexts = (Object.keys(contexts) as ContextName[]).map((context) => ({
      ...shape,
      context,
    }))
    return storage === 'metadata'
      ? [...SIZES.map((size) => ({ ...shape, size })), ...inContexts]
      : inContexts.slice(1)
  }),
)

export async function record(world: World, clients: readonly Client[]): Promise<Golden> {
  const objects: GoldenObject[] = []
  for (const client of clients) {
    for (const shape of shapes) {
      if (impossible(client.peer.name, 'write', shape) !== undefined) continue
      objects.push(await recordObject(world, client, shape))
    }
  }
  return {
    keys: { aes: world.keys.aesKey, rsa: world.keys.rsaPrivateKey },
    plaintexts: Object.fromEntries(SIZES.map((size) => [size, content(size).toString('base64')])),
    objects,
  }
}

async function recordObject(world: World, client: Client, shape: Shape): Promise<GoldenObject> {
  const key = await writeObject(world, client, shape)
  const { metadata, body } = await stored(world, key)
  const file =
    shape.storage === 'metadata' ? null : (await stored(world, `${key}.instruction`)).body
  const { peer } = client
  return {
    writer: `${peer.name} ${peer.version}`,
    wrapping: shape.wrapping,
    suite: shape.suite,
    size: shape.size,
    context: shape.wrapping === 'kms' ? {} : contexts[shape.context],
    metadata,
    instructionFile: file && file.toString(),
    body: body.toString('base64'),
    kms: shape.wrapping.startsWith('kms') ? await unwrap(world, metadata, file) : null,
  }
}

async function unwrap(
  world: World,
  metadata: Readonly<Record<string, string>>,
  file: Buffer | null,
): Promise<GoldenObject['kms']> {
  const fields = envelopeFields(metadata)
  const envelope = readEnvelope(file === null ? fields : completeFromInstructionFile(fields, file))
  const { encryptedDataKey, description } = envelope
  const { Plaintext = new Uint8Array() } = await world.kms.send(
    new DecryptCommand({ CiphertextBlob: encryptedDataKey, EncryptionContext: description }),
  )
  return {
    encryptionContext: description,
    wrapped: Buffer.from(encryptedDataKey).toString('base64'),
    dataKey: Buffer.from(Plaintext).toString('base64'),
  }
}
