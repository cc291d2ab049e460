// SPDX-License-Identifier: Apache-2.0
/**
 * Ranged reads: this library and the peers give the same bytes.
 *
 * @module
 */

import { formats, suiteTitles } from './cells.ts'
import type { Check } from './checks.ts'
import { impossibility, impossible } from './impossible.ts'
import { plainShape, readObject, writeObject, type Client } from './objects.ts'
import { expectRefused } from './policies.ts'
import { content, expectBytes, type World } from './world.ts'

const SIZE = 200 // bytes

/** What a range of 200 bytes gives: first byte and the one after the last, or an error of S3. */
const ranges: Readonly<Record<string, readonly [number, number] | 'error'>> = {
  'bytes=0-15': [0, 16],
  'bytes=10-20': [10, 21],
  'bytes=16-31': [16, 32],
  'bytes=10-100': [10, 101],
  'bytes=40-': [40, SIZE],
  'bytes=190-300': [190, SIZE],
  'bytes=199-199': [199, SIZE],
  'bytes=200-205': [0, 0],
  'bytes=240-250': 'error',
  // No range that the clients accept: all of the object.
  'bytes=-40': [0, SIZE],
  'bytes=100-50': [0, SIZE],
  '10-20': [0, SIZE],
}

export function rangeChecks(
  world: World,
  server: string,
  ours: Client,
  client: Client,
): readonly Check[] {
  return formats
    .map((format) => ({ ...plainShape, ...format, size: SIZE }))
    .filter(({ wrapping }) => wrapping.startsWith('kms') || wrapping === 'AES')
    .flatMap((shape) => {
      const cell = { ...shape, writer: ours.peer.name, reader: client.peer.name, server }
      if (impossibility(cell) !== undefined) return []
      return Object.entries(ranges).flatMap(([range, expected]) =>
        [ours, client].map((reader): Check => {
          const who = reader === ours ? ours.peer.name : 'the peer'
          const name = `${suiteTitles[shape.suite]}, ${shape.wrapping}, ${range}`
          return {
            table: 'Ranged reads',
            row: `${range}, by ${who}`,
            peer: client.peer.name,
            name: `${server}: ${reader.peer.name}: ${name}`,
            impossible: impossible(reader.peer.name, 'read a range', { ...shape, range }),
            run: async () => {
              const key = await writeObject(world, ours, shape)
              const reading = readObject(world, reader, shape, key, { range })
              if (expected === 'error') await expectRefused(reading)
              else expectBytes(await reading, content(SIZE).subarray(...expected))
              return undefined
            },
          }
        }),
      )
    })
}
