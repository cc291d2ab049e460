// SPDX-License-Identifier: Apache-2.0
/**
 * Commitment policies: what is refused, and what is not.
 *
 * @module
 */

import { suiteTitles } from './cells.ts'
import type { Check } from './checks.ts'
import { impossibility } from './impossible.ts'
import { plainShape, readObject, writeObject, type Client } from './objects.ts'
import type { Commitment } from './protocol.ts'
import { content, expectBytes, Mismatch, Refused, type World } from './world.ts'

const policies: readonly Commitment[] = ['forbid-allow', 'require-allow', 'require-require']

const shapes = (['gcm', 'committing'] as const).map((suite) => ({
  ...plainShape,
  wrapping: 'kms+context' as const,
  suite,
}))

/** @throws `Mismatch` unless a client refuses. */
export async function expectRefused(reading: Promise<unknown>): Promise<Refused> {
  const refusal: unknown = await reading.catch((error: unknown) => error)
  if (!(refusal instanceof Refused)) throw new Mismatch('was not refused')
  if (refusal.kind === 'unsupported') throw refusal
  return refusal
}

export function policyChecks(
  world: World,
  server: string,
  ours: Client,
  client: Client,
): readonly Check[] {
  const directions = [
    { writer: ours, reader: client },
    { writer: client, reader: ours },
  ]
  return directions.flatMap(({ writer, reader }) =>
    shapes.flatMap((shape) => {
      const cell = { ...shape, writer: writer.peer.name, reader: reader.peer.name, server }
      if (impossibility(cell) !== undefined) return []
      const known = policies.filter((policy) => reader.knows.policies.includes(policy))
      return known.map((commitment): Check => {
        const refuses = commitment === 'require-require' && shape.suite === 'gcm'
        const title = `${suiteTitles[shape.suite]} ${refuses ? 'refused' : 'read'} under ${commitment} by`
        return {
          table: 'Commitment policy',
          row: `${title} ${reader === ours ? ours.peer.name : 'the peer'}`,
          peer: client.peer.name,
          name: `${server}: ${writer.peer.name}: ${title} ${reader.peer.name}`,
          run: async () => {
            const key = await writeObject(world, writer, shape)
            const reading = readObject(world, reader, shape, key, { commitment })
            if (refuses) await expectRefused(reading)
            else expectBytes(await reading, content(shape.size))
            return undefined
          },
        }
      })
    }),
  )
}
