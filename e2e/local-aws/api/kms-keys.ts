// SPDX-License-Identifier: Apache-2.0
/**
 * Keys and aliases of the emulated KMS, for each region, in memory and in a file.
 *
 * @module
 */

import { randomBytes, randomUUID } from 'node:crypto'
import { existsSync, readFileSync, renameSync, writeFileSync } from 'node:fs'
import { apiError } from './errors.ts'

const ACCOUNT = '000000000000'

export interface Key {
  readonly id: string
  readonly region: string
  /** 32 bytes in base64. */
  readonly material: string
  readonly description: string
  /** JSON. */
  readonly policy: string
  readonly multiRegion: boolean
  readonly primaryRegion: string
  /** Seconds since 1970. */
  readonly created: number
  state: 'Enabled' | 'Disabled' | 'PendingDeletion'
  /** Seconds since 1970. */
  deletion?: number
}

interface Region {
  readonly keys: Record<string, Key>
  /** Key ids by alias name. */
  readonly aliases: Record<string, string>
}

export const keyArn = ({ region, id }: Key): string => `arn:aws:kms:${region}:${ACCOUNT}:key/${id}`

export const aliasArn = (region: string, name: string): string =>
  `arn:aws:kms:${region}:${ACCOUNT}:${name}`

export class KeyStore {
  readonly #file: string
  readonly #regions: Record<string, Region>

  constructor(file: string) {
    this.#file = file
    this.#regions = existsSync(file)
      ? (JSON.parse(readFileSync(file, 'utf8')) as Record<string, Region>)
      : {}
  }

  #save(): void {
    writeFileSync(`${this.#file}.tmp`, JSON.stringify(this.#regions))
    renameSync(`${this.#file}.tmp`, this.#file)
  }

  #region(name: string): Region {
    return (this.#regions[name] ??= { keys: {}, aliases: {} })
  }

  keys(region: string): Key[] {
    return Object.values(this.#region(region).keys)
  }

  aliases(region: string): [name: string, keyId: string][] {
    return Object.entries(this.#region(region).aliases)
  }

  create(
    region: string,
    { multiRegion, ...given }: Pick<Key, 'description' | 'policy' | 'multiRegion'>,
  ): Key {
    return this.#add({
      ...given,
      id: multiRegion ? `mrk-${randomBytes(16).toString('hex')}` : randomUUID(),
      region,
      material: randomBytes(32).toString('base64'),
      multiRegion,
      primaryRegion: region,
      created: Math.floor(Date.now() / 1000),
      state: 'Enabled',
    })
  }

  /** @throws `AlreadyExistsException`, `UnsupportedOperationException` */
  replicate(key: Key, region: string, given: Partial<Key>): Key {
    if (!key.multiRegion || key.primaryRegion !== key.region) {
      throw apiError('UnsupportedOperationException')
    }
    if (this.#region(region).keys[key.id] !== undefined) throw apiError('AlreadyExistsException')
    return this.#add({ ...key, ...given, region })
  }

  #add(key: Key): Key {
    this.#region(key.region).keys[key.id] = key
    this.#save()
    return key
  }

  change(key: Key, change: Partial<Pick<Key, 'state' | 'deletion'>>): void {
    Object.assign(key, change)
    this.#save()
  }

  /** @throws `AlreadyExistsException` */
  addAlias(region: string, name: string, key: Key): void {
    const { aliases } = this.#region(region)
    if (aliases[name] !== undefined) throw apiError('AlreadyExistsException')
    aliases[name] = key.id
    this.#save()
  }

  /** @throws `NotFoundException` */
  deleteAlias(region: string, name: string): void {
    const { aliases } = this.#region(region)
    if (aliases[name] === undefined) {
      throw apiError('NotFoundException', `Alias ${aliasArn(region, name)} is not found.`)
    }
    Reflect.deleteProperty(aliases, name)
    this.#save()
  }

  /** Where a multi-Region key has replicas. */
  regionsOf({ id, primaryRegion }: Key): string[] {
    return Object.keys(this.#regions).filter(
      (region) => region !== primaryRegion && this.get(region, id) !== undefined,
    )
  }

  /** The key with this very id. */
  get(region: string, id: string): Key | undefined {
    return this.#region(region).keys[id]
  }

  /**
   * @param name - key id, key ARN, alias name or alias ARN.
   * @throws `NotFoundException`, also for an ARN of another region.
   */
  find(region: string, name: string): Key {
    const [, arnRegion = region, resource = name] =
      /^arn:aws:kms:([^:]*):\d*:(.+)$/.exec(name) ?? []
    const { aliases } = this.#region(region)
    const id = resource.startsWith('alias/') ? aliases[resource] : resource.replace(/^key\//, '')
    const key = id === undefined ? undefined : this.get(region, id)
    if (arnRegion !== region || key === undefined) {
      throw apiError('NotFoundException', `Key '${name}' does not exist`)
    }
    return key
  }
}
