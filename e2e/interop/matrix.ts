// SPDX-License-Identifier: Apache-2.0
/**
 * Objects that one client writes and another one reads: a covering selection of all combinations, one of
 * the two being this library.
 *
 * @module
 */

import {
  contexts,
  formats,
  largeUploads,
  smallSizes,
  storages,
  storageTitles,
  suiteTitles,
  type Cell,
  type ContextName,
} from './cells.ts'
import type { Check, Place } from './checks.ts'
import { impossibility } from './impossible.ts'
import { readObject, writeObject, type Client, type Shape } from './objects.ts'
import { OURS } from './ours.ts'
import { content, expectBytes, type World } from './world.ts'

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

interface Direction {
  readonly writer: Client
  readonly reader: Client
  /** For the report. */
  readonly by: string
}

const directions = (ours: Client, client: Client): readonly Direction[] => [
  { writer: client, reader: ours, by: 'written by the peer' },
  { writer: ours, reader: client, by: `written by ${OURS}` },
]

const cellOf = (shape: Shape, { writer, reader }: Direction, server: string): Cell => ({
  ...shape,
  writer: writer.peer.name,
  reader: reader.peer.name,
  server,
})

function check(world: World, { writer, reader }: Direction, cell: Cell, place: Place): Check {
  return {
    ...place,
    name: describe(cell),
    impossible: impossibility(cell),
    run: async () => {
      const key = await writeObject(world, writer, cell)
      expectBytes(await readObject(world, reader, cell, key), content(cell.size))
      return undefined
    },
  }
}

/** All combinations of a peer. */
export function matrixChecks(
  world: World,
  server: string,
  ours: Client,
  client: Client,
): readonly Check[] {
  const peer = client.peer.name
  return directions(ours, client).flatMap((direction) => {
    const toCell = (shape: Shape) => cellOf(shape, direction, server)
    const small = smallShapes.map(toCell).filter(worthRunning)
    const large = largeOf(toCell)
    return [
      ...small.map((cell) => check(world, direction, cell, placeOf(cell, direction, peer))),
      ...large.map((cell) => {
        const row = `${suiteTitles[cell.suite]}, ${cell.upload}, ${direction.by}`
        return check(world, direction, cell, { table: 'Large objects', row, peer })
      }),
    ]
  })
}

/** For a server of another project: what a server could get wrong. */
export function selectedChecks(
  world: World,
  server: string,
  ours: Client,
  client: Client,
): readonly Check[] {
  const peer = client.peer.name
  return directions(ours, client).flatMap((direction) => {
    const toCell = (shape: Shape) => cellOf(shape, direction, server)
    const clientsCan = (cell: Cell) => impossibility({ ...cell, server: '' }) === undefined
    const small = smallShapes.filter(({ size, wrapping }) => size === 17 && wrapping !== 'kms')
    const large = largeOf(toCell).filter(({ size, upload }) => size > 20e6 && upload !== 'parts')
    return [...small.map(toCell), ...large].filter(clientsCan).map((cell) => {
      const row = `${suiteTitles[cell.suite]}, ${storageTitles[cell.storage]}, ${cell.upload}, ${direction.by}`
      return check(world, direction, cell, { table: `On ${server}`, row, peer })
    })
  })
}

/** One wrapping algorithm for each content is enough here: what differs is the content. */
function largeOf(toCell: (shape: Shape) => Cell): readonly Cell[] {
  const possible = smallShapes
    .map(toCell)
    .filter((cell) => representative(cell) && impossibility(cell) === undefined)
  return largeShapes.map(toCell).filter(({ suite, wrapping }) => {
    const first = possible.find((cell) => cell.suite === suite)
    return first?.wrapping === wrapping
  })
}

function placeOf(cell: Cell, { writer, by }: Direction, peer: string): Place {
  if (cell.context !== 'none') {
    const row = `${cell.context}, ${cell.wrapping}, ${by}`
    return { table: 'Encryption context and material description', row, peer }
  }
  return {
    table:
      writer.peer.name === peer
        ? `Written by the peer, read by ${OURS}`
        : `Written by ${OURS}, read by the peer`,
    row: `${suiteTitles[cell.suite]}, ${cell.wrapping}, ${storageTitles[cell.storage]}`,
    peer,
  }
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
