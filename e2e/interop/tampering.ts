// SPDX-License-Identifier: Apache-2.0
/**
 * Objects that somebody altered: what a peer refuses, this library refuses. Where only this library does,
 * the report says so.
 *
 * @module
 */

import { storageTitles, suiteTitles } from './cells.ts'
import type { Check } from './checks.ts'
import { impossibility } from './impossible.ts'
import { CRASH } from './peer.ts'
import { plainShape, readObject, writeObject, type Client, type Shape } from './objects.ts'
import {
  content,
  Mismatch,
  Refused,
  store,
  stored,
  type StoredObject,
  type World,
} from './world.ts'

const shapes: readonly Shape[] = [
  { ...plainShape, wrapping: 'kms+context', suite: 'committing' },
  { ...plainShape, wrapping: 'AES/GCM', suite: 'committing' },
  { ...plainShape, wrapping: 'RSA-OAEP-SHA1', suite: 'committing' },
  { ...plainShape, wrapping: 'kms+context', suite: 'committing', storage: 'instruction' },
  { ...plainShape, wrapping: 'AES/GCM', suite: 'committing', storage: 'instruction' },
  { ...plainShape, wrapping: 'kms+context', suite: 'gcm' },
  { ...plainShape, wrapping: 'AES/GCM', suite: 'gcm' },
  { ...plainShape, wrapping: 'RSA-OAEP-SHA1', suite: 'gcm' },
  { ...plainShape, wrapping: 'kms+context', suite: 'gcm', storage: 'instruction' },
  { ...plainShape, wrapping: 'kms', suite: 'gcm' },
  { ...plainShape, wrapping: 'kms', suite: 'cbc' },
  { ...plainShape, wrapping: 'AES', suite: 'cbc' },
  { ...plainShape, wrapping: 'RSA', suite: 'cbc' },
]

/** An object with its instruction file's fields among its own, which tells where each one goes back to. */
interface Parts extends StoredObject {
  readonly file: Readonly<Record<string, string>> | undefined
}

type Alteration = (object: Parts, another: Parts) => Parts | undefined

/** Another valid value of the same length, where a value has an alphabet. */
function altered(value: string): string {
  const at = value.search(/[A-Za-z0-9]/)
  if (at < 0) return `${value}x`
  return value.slice(0, at) + (value[at] === '1' ? '2' : '1') + value.slice(at + 1)
}

function withFields(
  object: Parts,
  change: (fields: Readonly<Record<string, string>>) => Record<string, string> | undefined,
): Parts | undefined {
  const metadata = change(object.metadata)
  const file = object.file && change(object.file)
  if (metadata === undefined && file === undefined) return undefined
  return { ...object, metadata: metadata ?? object.metadata, file: file ?? object.file }
}

const fieldAlterations = (name: string): Readonly<Record<string, Alteration>> => ({
  [`${name} removed`]: (object) =>
    withFields(object, ({ [name]: removed, ...rest }) =>
      removed === undefined ? undefined : rest,
    ),
  [`${name} altered`]: (object) =>
    withFields(object, ({ [name]: value, ...rest }) =>
      value === undefined ? undefined : { ...rest, [name]: altered(value) },
    ),
  [`${name} of another object`]: (object, another) =>
    withFields(object, ({ [name]: value, ...rest }) => {
      const other = another.metadata[name] ?? another.file?.[name]
      return value === undefined || other === undefined || other === value
        ? undefined
        : { ...rest, [name]: other }
    }),
})

const FIELDS = [
  'x-amz-key',
  'x-amz-key-v2',
  'x-amz-iv',
  'x-amz-matdesc',
  'x-amz-wrap-alg',
  'x-amz-cek-alg',
  'x-amz-tag-len',
  'x-amz-unencrypted-content-length',
  'x-amz-c',
  'x-amz-3',
  'x-amz-w',
  'x-amz-d',
  'x-amz-i',
  'x-amz-m',
  'x-amz-t',
]

const withBody =
  (change: (body: Buffer) => Buffer): Alteration =>
  (object) => ({
    ...object,
    body: change(object.body),
  })

const flip = (at: number) =>
  withBody((body) => {
    const copy = Buffer.from(body)
    const index = at < 0 ? copy.length + at : at
    copy[index] = (copy[index] ?? 0) ^ 1
    return copy
  })

const alterations: Readonly<Record<string, Alteration>> = {
  ...Object.fromEntries(FIELDS.flatMap((name) => Object.entries(fieldAlterations(name)))),
  'x-amz-key-v2 added': (object) => addField(object, 'x-amz-key-v2'),
  'x-amz-3 added': (object) => addField(object, 'x-amz-3'),
  'x-amz-key added': (object) => addField(object, 'x-amz-key'),
  'commitment in the instruction file': (object) =>
    object.file && {
      ...object,
      file: { ...object.file, 'x-amz-d': object.metadata['x-amz-d'] ?? '' },
    },
  'first byte flipped': flip(0),
  'last byte flipped': flip(-1),
  'one byte less': withBody((body) => body.subarray(0, -1)),
  'one block less': withBody((body) => body.subarray(0, -16)),
  'one byte more': withBody((body) => Buffer.concat([body, Buffer.of(0)])),
  'one block more': withBody((body) => Buffer.concat([body, Buffer.alloc(16)])),
  'nothing left': withBody(() => Buffer.alloc(0)),
  'body of another object': (object, another) => ({ ...object, body: another.body }),
}

function addField(object: Parts, name: string): Parts | undefined {
  const there = { ...object.metadata, ...object.file }
  const value = there['x-amz-3'] ?? there['x-amz-key-v2'] ?? there['x-amz-key']
  if (name in there || value === undefined) return undefined
  return { ...object, metadata: { ...object.metadata, [name]: value } }
}

const suffix = '.instruction'

async function load(world: World, key: string, shape: Shape): Promise<Parts> {
  const object = await stored(world, key)
  if (shape.storage === 'metadata') return { ...object, file: undefined }
  const { body } = await stored(world, key + suffix)
  return { ...object, file: JSON.parse(body.toString()) as Record<string, string> }
}

/** What some peers refuse and this library reads on purpose: some writers leave these fields out. */
const tolerated: Readonly<Record<Shape['suite'], readonly string[]>> = {
  cbc: ['x-amz-matdesc removed'],
  gcm: ['x-amz-tag-len removed', 'x-amz-matdesc removed'],
  committing: [],
}

export function tamperingChecks(
  world: World,
  server: string,
  ours: Client,
  client: Client,
): readonly Check[] {
  return shapes.flatMap((shape) => {
    const cell = { ...shape, writer: ours.peer.name, reader: client.peer.name, server }
    if (impossibility(cell) !== undefined) return []
    const pair = Promise.resolve().then(async () => {
      const keys = [await writeObject(world, ours, shape), await writeObject(world, ours, shape)]
      return Promise.all(keys.map((key) => load(world, key, shape)))
    })
    pair.catch(() => undefined) // each check awaits it
    return Object.entries(alterations).map(([title, alter]): Check => {
      const what = `${suiteTitles[shape.suite]}, ${shape.wrapping}, ${storageTitles[shape.storage]}`
      return {
        table: 'Tampering',
        row: what,
        peer: client.peer.name,
        name: `${server}: ${client.peer.name}: ${what}: ${title}`,
        run: async () => {
          const [object, another] = await pair
          if (object === undefined || another === undefined) throw new Error('no objects')
          const changed = alter(object, another)
          if (changed === undefined) return undefined
          const key = await store(world, changed)
          if (changed.file !== undefined) {
            const body = Buffer.from(JSON.stringify(changed.file))
            await store(world, { metadata: {}, body }, key + suffix)
          }
          const [mine, theirs] = await Promise.all(
            [ours, client].map((reader) => outcome(readObject(world, reader, shape, key))),
          )
          return judge(title, shape, mine, theirs)
        },
      }
    })
  })
}

const outcome = (reading: Promise<Buffer>): Promise<Buffer | Refused> =>
  reading.catch((error: unknown) => {
    if (error instanceof Refused) return error
    throw error
  })

function judge(
  title: string,
  shape: Shape,
  mine: Buffer | Refused | undefined,
  theirs: Buffer | Refused | undefined,
): string | undefined {
  if (mine instanceof Refused) {
    if (!(theirs instanceof Refused)) return 'stricter'
    return theirs.error === CRASH ? 'crashes' : undefined
  }
  if (theirs instanceof Refused) {
    if (tolerated[shape.suite].includes(title)) return 'more tolerant'
    throw new Mismatch(`read what is refused: ${theirs.message}`)
  }
  const original = content(shape.size)
  // What nothing authenticates can change; then both must read the same.
  if (mine?.equals(theirs ?? original) !== true) throw new Mismatch('read something else')
  if (shape.suite !== 'cbc' && !mine.equals(original)) throw new Mismatch('read altered content')
  return undefined
}
