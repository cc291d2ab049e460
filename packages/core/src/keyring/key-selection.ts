// SPDX-License-Identifier: Apache-2.0
/**
 * Which of several raw keys unwraps an object's data key: its material description says.
 *
 * @module
 */

import { S3EncryptionError } from '../errors.ts'
import { equalMaps, type StringMap } from '../string-map.ts'
import { copyDescription } from './raw-materials.ts'

/** A key for the objects with one material description. */
export interface DescribedKey<Key> {
  /** Compared entry by entry; the empty map stands for objects without a description. */
  readonly materialDescription: StringMap
  readonly key: Key
}

/** Finds a key by an object's material description, which comes from the bucket: trust nothing. */
export type KeyFor<Source> = (
  materialDescription: StringMap,
) => Source | undefined | PromiseLike<Source | undefined>

/** Keys to select from. */
export interface KeySelection<Source, Key> {
  readonly defaultKey: Key | undefined
  readonly additionalKeys: readonly DescribedKey<Key>[]
  readonly keyFor: KeyFor<Source> | undefined
  /** Makes a key of what `keyFor` answered. */
  readonly load: (source: Source, label: string) => Key
  /** What the user lacks when there is no key. */
  readonly missing: string
}

/**
 * The key for an object, as a function of its material description: that of `additionalKeys` with an
 * equal one, else what `keyFor` answers, else the default key.
 *
 * @throws `S3EncryptionError` with `ERR_CONFIGURATION` if two of `additionalKeys` have equal
 * descriptions; later, with `ERR_KEYRING_CANNOT_DECRYPT`, if there is no key.
 */
export function selectKey<Source, Key>(
  selection: KeySelection<Source, Key>,
): (materialDescription: StringMap) => Promise<Key> {
  const { defaultKey, keyFor, load, missing } = selection
  const additionalKeys = selection.additionalKeys.map(({ materialDescription, key }) => ({
    materialDescription: copyDescription(materialDescription),
    key,
  }))
  const find = (description: StringMap) =>
    additionalKeys.findIndex((entry) => equalMaps(entry.materialDescription, description))
  if (additionalKeys.some((entry, index) => find(entry.materialDescription) !== index)) {
    throw new S3EncryptionError(
      'ERR_CONFIGURATION',
      'additionalKeys: two keys have the same materialDescription.',
    )
  }

  return async (description) => {
    const described = additionalKeys[find(description)]
    if (described !== undefined) return described.key
    const answered = await keyFor?.({ ...description })
    if (answered !== undefined) return load(answered, 'keyFor')
    if (defaultKey !== undefined) return defaultKey
    throw new S3EncryptionError(
      'ERR_KEYRING_CANNOT_DECRYPT',
      `The keyring has no key for the material description ${JSON.stringify(description)}. ${missing}`,
    )
  }
}
