// SPDX-License-Identifier: Apache-2.0
/**
 * Instruction files: re-encryption, other suffixes, deletion.
 *
 * @module
 */

import { storageTitles, suiteTitles } from './cells.ts'
import type { Check } from './checks.ts'
import { impossible } from './impossible.ts'
import { operationOf, plainShape, readObject, writeObject, type Client } from './objects.ts'
import { ROTATED, type Suite, type Wrapping } from './protocol.ts'
import { content, exists, expectBytes, keyring, Mismatch, perform, type World } from './world.ts'

interface Rotation {
  readonly from: Wrapping
  readonly to: Wrapping
  readonly suite: Suite
  readonly suffix?: string
}

const rotations: readonly Rotation[] = (['gcm', 'committing'] as const).flatMap((suite) => [
  { from: 'AES/GCM', to: 'AES/GCM', suite },
  { from: 'RSA-OAEP-SHA1', to: 'RSA-OAEP-SHA1', suite },
  { from: 'AES/GCM', to: 'RSA-OAEP-SHA1', suite },
  { from: 'RSA-OAEP-SHA1', to: 'RSA-OAEP-SHA1', suite, suffix: '.partner' },
])

const describe = ({ from, to, suite, suffix }: Rotation) =>
  `${suiteTitles[suite]}, ${from} to ${to}${suffix === undefined ? '' : `, suffix ${suffix}`}`

export function instructionFileChecks(
  world: World,
  server: string,
  ours: Client,
  client: Client,
): readonly Check[] {
  const peer = client.peer.name
  const directions = [
    { by: client, other: ours },
    { by: ours, other: client },
  ]
  const shapeOf = (wrapping: Wrapping, suite: Suite) => ({
    ...plainShape,
    storage: 'instruction' as const,
    wrapping,
    suite,
  })

  const reEncryption = directions.flatMap(({ by, other }) =>
    rotations.map((rotation): Check => {
      const { from, to, suite, suffix } = rotation
      const shape = shapeOf(from, suite)
      const who = by === ours ? ours.peer.name : 'the peer'
      return {
        table: 'Re-encryption of instruction files',
        row: `${describe(rotation)}, by ${who}`,
        peer,
        name: `${server}: re-encrypted by ${by.peer.name}: ${describe(rotation)}`,
        impossible:
          impossible(by.peer.name, 're-encrypt', { ...shape, newWrapping: to, suffix }) ??
          impossible(by.peer.name, 'read', shape) ??
          impossible(other.peer.name, 'read', { ...shape, wrapping: to, suffix }),
        run: async () => {
          const key = await writeObject(world, ours, shape)
          const newKeys = { keyring: keyring(world.otherKeys, to), context: ROTATED }
          await perform(by.peer, world, {
            // The suite is that of what is written.
            ...operationOf(world, shape, 'write', by),
            op: 'reencrypt',
            key,
            file: '',
            newKeyring: newKeys.keyring,
            ...(suffix === undefined ? {} : { suffix }),
          })
          const asked = suffix === undefined ? newKeys : { ...newKeys, suffix }
          const plaintext = await readObject(world, other, shape, key, asked)
          expectBytes(plaintext, content(shape.size))
          return undefined
        },
      }
    }),
  )

  const deletion = directions.map(({ by }): Check => {
    const who = by === ours ? ours.peer.name : 'the peer'
    const shape = shapeOf('kms+context', 'gcm')
    return {
      table: 'Deletion',
      row: `object and ${storageTitles.instruction}, by ${who}`,
      peer,
      name: `${server}: deleted by ${by.peer.name}`,
      impossible: impossible(by.peer.name, 'delete', shape),
      run: async () => {
        const key = await writeObject(world, ours, shape)
        const operation = operationOf(world, shape, 'read', by)
        await perform(by.peer, world, { ...operation, op: 'delete', key, file: '' })
        if (await exists(world, key)) throw new Mismatch('the object is still there')
        if (await exists(world, `${key}.instruction`)) {
          throw new Mismatch('the instruction file is still there')
        }
        return undefined
      },
    }
  })
  return [...reEncryption, ...deletion]
}
