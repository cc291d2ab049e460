// SPDX-License-Identifier: Apache-2.0
/**
 * Buckets, objects and uploads. Content lies on disk, as one file or as a list of part files, and the
 * description of each object beside it; what is asked of every request (which object is current)
 * is also in memory, so that check and change happen in one turn of the event loop.
 *
 *     <directory>/<bucket>/bucket.json
 *     <directory>/<bucket>/<id>.object.json
 *     <directory>/<bucket>/<id>.data
 *
 * @module
 */

import { randomBytes, randomUUID } from 'node:crypto'
import {
  createReadStream,
  mkdirSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmSync,
  writeFileSync,
} from 'node:fs'
import { open } from 'node:fs/promises'
import { join } from 'node:path'
import type { Chunks } from '../faults.ts'
import type { Checksum, ChecksumAlgorithm, ChecksumType } from './checksums.ts'
import { s3Error } from './errors.ts'
import type { ByteRange } from './range.ts'

const READ_AHEAD = 512 * 1024 // bytes

/** Content in a file of its own: a part, or an object that was sent in one piece. */
export interface Part {
  readonly number: number
  readonly file: string
  readonly size: number
  /** MD5 in hexadecimal. */
  readonly etag: string
  /** Milliseconds since 1970. */
  readonly lastModified: number
  checksum?: { readonly algorithm: ChecksumAlgorithm; readonly value: string } | undefined
}

/** What the writer said about an object. */
export interface Description {
  /** System headers that come back with every read. */
  readonly headers: Readonly<Record<string, string>>
  /** User metadata, without the prefix of the header names. */
  readonly metadata: Readonly<Record<string, string>>
  tags: Readonly<Record<string, string>>
}

export interface StoredObject extends Description {
  readonly id: string
  readonly key: string
  /** `null` unless the bucket's versioning was enabled. */
  readonly versionId: string
  /** Milliseconds since 1970. */
  readonly lastModified: number
  readonly etag: string
  readonly size: number
  readonly multipart: boolean
  readonly parts: readonly Part[]
  checksum?: Checksum | undefined
  readonly deleteMarker?: true
}

export interface Upload extends Description {
  readonly id: string
  readonly key: string
  readonly initiated: number
  readonly checksumAlgorithm: ChecksumAlgorithm | undefined
  readonly checksumType: ChecksumType
  readonly parts: Map<number, Part>
}

export type Versioning = 'Enabled' | 'Suspended' | undefined

/** An object without what the store decides. */
export type NewObject = Omit<StoredObject, 'id' | 'versionId' | 'lastModified' | 'deleteMarker'>

export class Bucket {
  readonly name: string
  readonly created: number
  versioning: Versioning
  readonly uploads = new Map<string, Upload>()
  readonly #directory: string
  /** Versions of each key, the current one last. */
  readonly #objects = new Map<string, StoredObject[]>()
  /** Files that a reader has open by name, with what shall become of them afterwards. */
  readonly #readers = new Map<string, { count: number; doomed: boolean }>()

  constructor(root: string, name: string) {
    this.name = name
    this.#directory = join(root, name)
    mkdirSync(this.#directory, { recursive: true })
    const { created, versioning } = this.#load()
    this.created = created
    this.versioning = versioning
  }

  #load(): { created: number; versioning?: Versioning } {
    const files = readdirSync(this.#directory)
    const read = (file: string): unknown =>
      JSON.parse(readFileSync(join(this.#directory, file), 'utf8'))
    const objects = files
      .filter((file) => file.endsWith('.object.json'))
      .map((file) => read(file) as StoredObject)
      .sort((a, b) => a.lastModified - b.lastModified)
    for (const object of objects) this.#versions(object.key).push(object)
    const known = new Set(objects.flatMap(({ parts }) => parts.map(({ file }) => file)))
    // What belongs to no object is left from a process that ended in the middle of an upload.
    for (const file of files) {
      if (!file.endsWith('.json') && !known.has(file)) rmSync(join(this.#directory, file))
    }
    if (files.includes('bucket.json')) return read('bucket.json') as { created: number }
    const bucket = { created: Date.now() }
    this.#write('bucket.json', bucket)
    return bucket
  }

  #write(file: string, content: unknown): void {
    const path = join(this.#directory, file)
    writeFileSync(`${path}.tmp`, JSON.stringify(content))
    renameSync(`${path}.tmp`, path)
  }

  #versions(key: string): StoredObject[] {
    const versions = this.#objects.get(key) ?? []
    this.#objects.set(key, versions)
    return versions
  }

  setVersioning(versioning: Versioning): void {
    this.versioning = versioning
    this.#write('bucket.json', { created: this.created, versioning })
  }

  get isEmpty(): boolean {
    return this.#objects.size === 0
  }

  /** Current objects in the order of their keys' UTF-8 bytes. */
  list(): StoredObject[] {
    return [...this.#objects.keys()]
      .sort((a, b) => Buffer.compare(Buffer.from(a), Buffer.from(b)))
      .flatMap((key) => this.current(key) ?? [])
  }

  /** The object that a read without a version would find. */
  current(key: string): StoredObject | undefined {
    const newest = this.newest(key)
    return newest?.deleteMarker ? undefined : newest
  }

  /** The same, but a delete marker counts. */
  newest(key: string): StoredObject | undefined {
    return this.#objects.get(key)?.at(-1)
  }

  version(key: string, versionId: string): StoredObject | undefined {
    return this.#objects.get(key)?.find((object) => object.versionId === versionId)
  }

  put(content: NewObject): StoredObject {
    return this.#add(content)
  }

  /** @returns the delete marker that took its place, if versions are kept. */
  delete(key: string): StoredObject | undefined {
    if (this.versioning !== undefined) {
      const nothing = { etag: '', size: 0, multipart: false, parts: [] }
      const described = { key, headers: {}, metadata: {}, tags: {} }
      return this.#add({ ...nothing, ...described, deleteMarker: true })
    }
    this.#drop(key, 'null')
    return undefined
  }

  deleteVersion(key: string, versionId: string): StoredObject | undefined {
    return this.#drop(key, versionId)
  }

  #add(content: NewObject & { deleteMarker?: true }): StoredObject {
    const id = randomUUID()
    const versionId = this.versioning === 'Enabled' ? randomBytes(16).toString('hex') : 'null'
    // Never two versions at the same time: it is by their times that they are put in order again.
    const lastModified = Math.max(Date.now(), (this.newest(content.key)?.lastModified ?? 0) + 1)
    const object = { ...content, id, versionId, lastModified }
    this.#write(`${id}.object.json`, object)
    if (versionId === 'null') this.#drop(content.key, versionId)
    this.#versions(content.key).push(object)
    return object
  }

  #drop(key: string, versionId: string): StoredObject | undefined {
    const versions = this.#objects.get(key) ?? []
    const index = versions.findIndex((object) => object.versionId === versionId)
    const [object] = index < 0 ? [] : versions.splice(index, 1)
    if (versions.length === 0) this.#objects.delete(key)
    if (object === undefined) return undefined
    rmSync(join(this.#directory, `${object.id}.object.json`))
    for (const { file } of object.parts) this.discard(file)
    return object
  }

  /** Writes the description of an object anew, after a change of its tags or checksum. */
  update(object: StoredObject): void {
    this.#write(`${object.id}.object.json`, object)
  }

  newFile(): { file: string; path: string } {
    const file = `${randomUUID()}.data`
    return { file, path: this.path(file) }
  }

  path(file: string): string {
    return join(this.#directory, file)
  }

  /** Removes a file, as soon as nobody reads it. */
  discard(file: string): void {
    const reader = this.#readers.get(file)
    if (reader === undefined) rmSync(this.path(file), { force: true })
    else reader.doomed = true
  }

  /** Content of an object; a reader gets all of it even if the object is replaced meanwhile. */
  read({ parts }: StoredObject, range: ByteRange): Chunks {
    // At once, not with the first chunk: until then the object might already be gone.
    for (const { file } of parts) this.#retain(file)
    return this.#read(parts, range)
  }

  async *#read(parts: readonly Part[], { start, end }: ByteRange): Chunks {
    try {
      let offset = 0
      for (const { file, size } of parts) {
        const range = { start: Math.max(0, start - offset), end: Math.min(size - 1, end - offset) }
        offset += size
        if (range.start > range.end) continue
        yield* createReadStream(this.path(file), { ...range, highWaterMark: READ_AHEAD }) as Chunks
      }
    } finally {
      for (const { file } of parts) this.#release(file)
    }
  }

  /**
   * Changes one bit of an object's content. Its checksum is forgotten, as somebody who can write to
   * the bucket would see to it: what notices must be more than a checksum. The entity tag stays, so
   * that reads pinned to it meet the change.
   */
  async flip(key: string, offset: number): Promise<void> {
    const object = this.current(key)
    if (object === undefined) throw s3Error('NoSuchKey')
    let start = 0
    const part = object.parts.find(({ size }) => {
      start += size
      return offset < start
    })
    if (part === undefined) throw s3Error('InvalidRange')
    const position = offset - start + part.size
    const handle = await open(this.path(part.file), 'r+')
    const { buffer } = await handle.read(Buffer.alloc(1), 0, 1, position)
    await handle.write(Buffer.from([buffer.readUInt8() ^ 1]), 0, 1, position)
    await handle.close()
    object.checksum = undefined
    part.checksum = undefined
    this.update(object)
  }

  /** Makes an object that much older, in milliseconds. */
  age(key: string, by: number): void {
    const versions = this.#versions(key)
    const object = versions.pop()
    if (object === undefined) throw s3Error('NoSuchKey')
    const aged = { ...object, lastModified: object.lastModified - by }
    versions.push(aged)
    this.update(aged)
  }

  #retain(file: string): void {
    const reader = this.#readers.get(file) ?? { count: 0, doomed: false }
    reader.count++
    this.#readers.set(file, reader)
  }

  #release(file: string): void {
    const reader = this.#readers.get(file)
    if (reader === undefined || --reader.count > 0) return
    this.#readers.delete(file)
    if (reader.doomed) this.discard(file)
  }

  remove(): void {
    rmSync(this.#directory, { recursive: true })
  }
}

export class Store {
  readonly #root: string
  readonly #buckets = new Map<string, Bucket>()

  /** @param root - an existing directory, possibly with buckets from an earlier life. */
  constructor(root: string) {
    this.#root = root
    for (const name of readdirSync(root)) this.#buckets.set(name, new Bucket(root, name))
  }

  list(): Bucket[] {
    return [...this.#buckets.values()].sort((a, b) => (a.name < b.name ? -1 : 1))
  }

  has(name: string): boolean {
    return this.#buckets.has(name)
  }

  /** @throws `NoSuchBucket` */
  bucket(name: string): Bucket {
    const bucket = this.#buckets.get(name)
    if (bucket === undefined) throw s3Error('NoSuchBucket', undefined, { BucketName: name })
    return bucket
  }

  create(name: string): void {
    this.#buckets.set(name, new Bucket(this.#root, name))
  }

  /** @throws `BucketNotEmpty` */
  remove(name: string): void {
    const bucket = this.bucket(name)
    if (!bucket.isEmpty) throw s3Error('BucketNotEmpty')
    bucket.remove()
    this.#buckets.delete(name)
  }
}
