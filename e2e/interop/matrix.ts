// SPDX-License-Identifier: Apache-2.0
/**
 * Objects that one client writes and another one reads: a covering selection of all combinations, one of
 * the two being this library.
 *
 * @module
 */

import type { Check } from './checks.ts'
import {
  contexts,
  formats,
  largeUploads,
  policyFor,
  smallSizes,
  storages,
  storageTitles,
  suiteTitles,
  uploads,
  type Cell,
  type ContextName,
} from './cells.ts'
import { impossibility } from './impossible.ts'
import { OURS } from './ours.ts'
import type { Peer } from './peer.ts'
import type { PeerRow } from './peers.ts'
import type { Operation } from './protocol.ts'
import { content, expectBytes, keyring, perform, read, type World } from './world.ts'

/** A client that takes part, and what it knows. */
export interface Client {
  readonly peer: Peer
  readonly knows: Pick<PeerRow, 'policies' | 'needsLegacyKmsContext'>
}

/** Writes, reads and compares. */
export async function roundTrip(
  world: World,
  writer: Client,
  reader: Client,
  cell: Cell,
): Promise<string> {
  const key = world.objectKey()
  await perform(writer.peer, world, {
    ...operationOf(world, cell, 'write', writer),
    op: 'put',
    key,
    file: await world.plaintext(cell.size),
  })
  const plaintext = await read(reader.peer, world, {
    ...operationOf(world, cell, 'read', reader),
    key,
  })
  expectBytes(plaintext, content(cell.size))
  return key
}

/** What all operations on an object of a cell have in common. */
export function operationOf(
  world: World,
  {
    wrapping,
    suite,
    storage,
    context,
    upload,
  }: Omit<Cell, 'size' | 'writer' | 'reader' | 'server'>,
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

type Shape = Omit<Cell, 'writer' | 'reader' | 'server'>

/** Every wrapping, content and storage; every small size; every context. */
const smallShapes: readonly Shape[] = formats.flatMap((format) =>
  storages.flatMap((storage) =>
    [
      ...smallSizes.map((size) => ({ size, context: 'none' as const })),
      ...(Object.keys(contexts) as ContextName[])
        .filter((context) => context !== 'none')
        .map((context) => ({ size: 17, context })),
    ].map((rest) => ({ ...format, storage, upload: 'single' as const, ...rest })),
  ),
)

const largeShapes: readonly Shape[] = formats.flatMap((format) =>
  largeUploads.map((large) => ({ ...format, storage: 'metadata', context: 'none', ...large })),
)

/** A shape that stands for its kind where the kind is impossible. */
const representative = ({ size, context, upload }: Shape) =>
  size === 17 && context === 'none' && upload === 'single'

/** All checks of a peer on a server. */
export function matrixChecks(
  world: World,
  server: string,
  ours: Client,
  client: Client,
): readonly Check[] {
  const other = client.peer.name
  return [
    { writer: client, reader: ours },
    { writer: ours, reader: client },
  ].flatMap(({ writer, reader }) => {
    const byPeer = writer === client
    const cellOf = (shape: Shape): Cell => ({
      ...shape,
      writer: writer.peer.name,
      reader: reader.peer.name,
      server,
    })
    const check = (cell: Cell, table: string, row: string): Check => ({
      table,
      row,
      peer: other,
      name: describe(cell),
      impossible: impossibility(cell)?.reason,
      run: async () => {
        await roundTrip(world, writer, reader, cell)
        return undefined
      },
    })
    const by = byPeer ? 'written by the peer' : `written by ${OURS}`

    const small = smallShapes
      .map(cellOf)
      .filter((cell) => worthRunning(cell))
      .map((cell) =>
        cell.context === 'none'
          ? check(
              cell,
              byPeer
                ? `Written by the peer, read by ${OURS}`
                : `Written by ${OURS}, read by the peer`,
              `${suiteTitles[cell.suite]}, ${cell.wrapping}, ${storageTitles[cell.storage]}`,
            )
          : check(
              cell,
              'Encryption context and material description',
              `${cell.context}, ${cell.wrapping}, ${by}`,
            ),
      )

    // One wrapping algorithm for each content is enough here: what differs is the content.
    const possible = smallShapes.filter(
      (shape) => representative(shape) && impossibility(cellOf(shape)) === undefined,
    )
    const large = largeShapes
      .filter((shape) => {
        const first = possible.find(({ suite }) => suite === shape.suite)
        return first?.wrapping === shape.wrapping
      })
      .map(cellOf)
      .map((cell) =>
        check(cell, 'Large objects', `${suiteTitles[cell.suite]}, ${cell.upload}, ${by}`),
      )
    return [...small, ...large]
  })
}

/** Of what is impossible as a kind of object, one cell is enough. */
function worthRunning(cell: Cell): boolean {
  const kind = { ...cell, size: 17, context: 'none', upload: 'single' } as const
  return impossibility(kind) === undefined || representative(cell)
}

function describe({ writer, reader, server, ...shape }: Cell): string {
  const { wrapping, suite, storage, context, size, upload } = shape
  const what = `${suiteTitles[suite]}, ${wrapping}, ${storageTitles[storage]}, context ${context}, ${size} bytes, ${upload}`
  return `${server}: ${writer} to ${reader}: ${what}`
}
