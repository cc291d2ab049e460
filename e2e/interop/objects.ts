// SPDX-License-Identifier: Apache-2.0
/**
 * Objects of a shape, written and read by a client.
 *
 * @module
 */

import { contexts, policyFor, uploads, type Cell } from './cells.ts'
import type { Peer } from './peer.ts'
import type { PeerRow } from './peers.ts'
import type { Operation } from './protocol.ts'
import { keyring, perform, read, type World } from './world.ts'

/** A client that takes part, and what it knows. */
export interface Client {
  readonly peer: Peer
  readonly knows: Pick<PeerRow, 'policies' | 'needsLegacyKmsContext'>
}

/** What an object is like, whoever writes or reads it. */
export type Shape = Omit<Cell, 'writer' | 'reader' | 'server'>

export const plainShape = {
  storage: 'metadata',
  context: 'none',
  size: 17,
  upload: 'single',
} as const

/** What all operations on an object of a shape have in common. */
export function operationOf(
  world: World,
  { wrapping, suite, storage, context, upload }: Shape,
  use: 'write' | 'read',
  { knows }: Client,
): Omit<Operation, 'op' | 'key' | 'file'> {
  const multipart = uploads[upload]
  const hasContext = use === 'write' || wrapping !== 'kms' || knows.needsLegacyKmsContext === true
  return {
    keyring: keyring(world.keys, wrapping),
    suite,
    commitment: policyFor(suite, use, knows.policies),
    legacy: true,
    storage,
    context: hasContext ? contexts[context] : {},
    bucket: world.bucket,
    ...(use === 'write' && multipart !== undefined ? { multipart } : {}),
  }
}

/** @returns the key of the new object. @throws `Refused` */
export async function writeObject(world: World, client: Client, shape: Shape): Promise<string> {
  const key = world.objectKey()
  await perform(client.peer, world, {
    ...operationOf(world, shape, 'write', client),
    op: 'put',
    key,
    file: await world.plaintext(shape.size),
  })
  return key
}

/** @param asked - what is different from a usual request. @throws `Refused` */
export async function readObject(
  world: World,
  client: Client,
  shape: Shape,
  key: string,
  asked: Partial<Operation> = {},
): Promise<Buffer> {
  return read(client.peer, world, {
    ...operationOf(world, shape, 'read', client),
    ...asked,
    key,
  })
}
