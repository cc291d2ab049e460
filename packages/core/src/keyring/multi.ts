// SPDX-License-Identifier: Apache-2.0
/**
 * Several keyrings as one.
 *
 * @module
 */

import { S3EncryptionError } from '../errors.ts'
import type { DecryptionMaterials, EncryptionMaterials, Keyring } from './keyring.ts'

/** Options of {@link multiKeyring}. */
export interface MultiKeyringOptions {
  /** Writes, and is the first to read. Without it the keyring reads only. */
  readonly generator?: Keyring | undefined
  /** Read, in this order. */
  readonly children?: readonly Keyring[] | undefined
}

/**
 * A keyring that writes with one keyring and reads with whichever of several unwraps an object's data
 * key: while keys are exchanged, or for buckets with objects of different writers.
 *
 * An encrypted object has one data key, wrapped once: the children need not be there when it is
 * written. A child that does not know a wrapping algorithm refuses it before it uses its key. One that
 * reads the legacy algorithm `RSA` must be the last for it, since it cannot tell a wrong key.
 *
 * @throws `S3EncryptionError` with `ERR_CONFIGURATION` if there is no keyring.
 */
export function multiKeyring({ generator, children = [] }: MultiKeyringOptions): Keyring {
  const readers = generator === undefined ? [...children] : [generator, ...children]
  if (readers.length === 0) {
    throw new S3EncryptionError(
      'ERR_CONFIGURATION',
      'A multi-keyring needs a generator to write, or children to read, or both.',
    )
  }

  return {
    async onEncrypt(materials: EncryptionMaterials) {
      if (generator === undefined) {
        throw new S3EncryptionError(
          'ERR_KEYRING_CANNOT_ENCRYPT',
          'A multi-keyring without generator can only read. To write, give it one.',
        )
      }
      return generator.onEncrypt(materials)
    },

    async onDecrypt(materials: DecryptionMaterials) {
      const errors: unknown[] = []
      for (const keyring of readers) {
        try {
          return await keyring.onDecrypt(materials)
        } catch (error) {
          errors.push(error)
        }
      }
      throw new S3EncryptionError(
        'ERR_UNWRAP_FAILED',
        `Unable to ${materials.wrappingAlgorithm.name} unwrap the data key with any of the keyrings; the errors of the cause say what each of them lacks.`,
        { cause: new AggregateError(errors, 'No keyring unwrapped the data key') },
      )
    },
  }
}
