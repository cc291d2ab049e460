// SPDX-License-Identifier: Apache-2.0
/**
 * Where clients disagree: what each one does, recorded. A check fails when a client does something else
 * than last time.
 *
 * @module
 */

import { DecryptCommand, EncryptCommand } from '@aws-sdk/client-kms'
import type { Check } from './checks.ts'
import { impossible, type Role } from './impossible.ts'
import { plainShape, readObject, writeObject, type Client, type Shape } from './objects.ts'
import { observed } from './observed.ts'
import { Mismatch, Refused, store, stored, type World } from './world.ts'

interface Observation {
  readonly question: string
  readonly shape: Shape
  readonly role: Role
  /** What the client does, in a word or two. */
  readonly answer: (world: World, ours: Client, client: Client, shape: Shape) => Promise<string>
}

type Fields = Readonly<Record<string, string>>

const kms = (suite: Shape['suite']): Shape => ({ ...plainShape, wrapping: 'kms+context', suite })
const aes = (suite: Shape['suite']): Shape => ({ ...plainShape, wrapping: 'AES/GCM', suite })

async function reads(reading: Promise<unknown>): Promise<string> {
  try {
    await reading
    return 'reads'
  } catch (error) {
    if (error instanceof Refused) return 'refuses'
    throw error
  }
}

/** Reads an object of ours after its metadata was changed. */
const afterChange =
  (change: (fields: Fields, world: World) => Fields | Promise<Fields>): Observation['answer'] =>
  async (world, ours, client, shape) => {
    const { metadata, body } = await stored(world, await writeObject(world, ours, shape))
    const key = await store(world, { metadata: await change(metadata, world), body })
    return reads(readObject(world, client, shape, key))
  }

const without =
  (name: string) =>
  (fields: Fields): Fields =>
    Object.fromEntries(Object.entries(fields).filter(([field]) => field !== name))

/** The data key wrapped anew by KMS, under another encryption context. */
const rewrapped =
  (context: Fields) =>
  async (fields: Fields, { kms, keys }: World): Promise<Fields> => {
    const { Plaintext } = await kms.send(
      new DecryptCommand({
        CiphertextBlob: Buffer.from(fields['x-amz-key-v2'] ?? '', 'base64'),
        EncryptionContext: JSON.parse(fields['x-amz-matdesc'] ?? '{}') as Record<string, string>,
      }),
    )
    const { CiphertextBlob = new Uint8Array() } = await kms.send(
      new EncryptCommand({ KeyId: keys.kmsKeyId, Plaintext, EncryptionContext: { ...context } }),
    )
    return {
      ...fields,
      'x-amz-key-v2': Buffer.from(CiphertextBlob).toString('base64'),
      'x-amz-matdesc': JSON.stringify(context),
    }
  }

const observations: readonly Observation[] = [
  {
    question: 'encryption context left out on get',
    shape: { ...kms('gcm'), context: 'ASCII' },
    role: 'read',
    answer: async (world, ours, client, shape) => {
      const key = await writeObject(world, ours, shape)
      return reads(readObject(world, client, shape, key, { context: {} }))
    },
  },
  {
    question: 'another encryption context on get',
    shape: { ...kms('gcm'), context: 'ASCII' },
    role: 'read',
    answer: async (world, ours, client, shape) => {
      const key = await writeObject(world, ours, shape)
      return reads(readObject(world, client, shape, key, { context: { tenant: '8' } }))
    },
  },
  {
    question: 'an encryption context with the wrapping kms on get',
    shape: { ...plainShape, wrapping: 'kms', suite: 'gcm' },
    role: 'read',
    answer: async (world, ours, client, shape) => {
      const key = await writeObject(world, ours, shape)
      return reads(readObject(world, client, shape, key, { context: { tenant: '7' } }))
    },
  },
  {
    question: 'aws:x-amz-cek-alg missing in the stored context',
    shape: kms('gcm'),
    role: 'read',
    answer: afterChange(rewrapped({})),
  },
  {
    question: 'aws:x-amz-cek-alg of another content in the stored context',
    shape: kms('gcm'),
    role: 'read',
    answer: afterChange(rewrapped({ 'aws:x-amz-cek-alg': 'AES/CBC/PKCS5Padding' })),
  },
  {
    question: 'x-amz-matdesc missing, format V2',
    shape: aes('gcm'),
    role: 'read',
    answer: afterChange(without('x-amz-matdesc')),
  },
  {
    question: 'x-amz-matdesc missing, format V1',
    shape: { ...plainShape, wrapping: 'AES', suite: 'cbc' },
    role: 'read',
    answer: afterChange(without('x-amz-matdesc')),
  },
  {
    question: 'x-amz-tag-len missing',
    shape: kms('gcm'),
    role: 'read',
    answer: afterChange(without('x-amz-tag-len')),
  },
  {
    question: 'x-amz-tag-len 96',
    shape: kms('gcm'),
    role: 'read',
    answer: afterChange((fields) => ({ ...fields, 'x-amz-tag-len': '96' })),
  },
  {
    question: 'x-amz-tag-len 0 with AES-CBC',
    shape: { ...plainShape, wrapping: 'kms', suite: 'cbc' },
    role: 'read',
    answer: afterChange((fields) => ({ ...fields, 'x-amz-tag-len': '0' })),
  },
  {
    question: 'x-amz-w missing',
    shape: kms('committing'),
    role: 'read',
    answer: afterChange(without('x-amz-w')),
  },
  {
    question: 'x-amz-w 11, a code without meaning',
    shape: kms('committing'),
    role: 'read',
    answer: afterChange((fields) => ({ ...fields, 'x-amz-w': '11' })),
  },
  {
    question: 'x-amz-unencrypted-content-length beside format V3',
    shape: kms('committing'),
    role: 'read',
    answer: afterChange((fields) => ({ ...fields, 'x-amz-unencrypted-content-length': '17' })),
  },
  {
    question: 'material description of raw keys as x-amz-t',
    shape: { ...aes('committing'), context: 'ASCII' },
    role: 'read',
    answer: afterChange(({ 'x-amz-m': description = '', ...rest }) => ({
      ...rest,
      'x-amz-t': description,
    })),
  },
  {
    question: 'an unknown key in the instruction file',
    shape: { ...kms('gcm'), storage: 'instruction' },
    role: 'read',
    answer: async (world, ours, client, shape) => {
      const key = await writeObject(world, ours, shape)
      const file = `${key}.instruction`
      const { metadata, body } = await stored(world, file)
      const fields = { ...(JSON.parse(body.toString()) as Fields), 'x-amz-other': '1' }
      await store(world, { metadata, body: Buffer.from(JSON.stringify(fields)) }, file)
      return reads(readObject(world, client, shape, key))
    },
  },
  {
    question: 'an instruction file without its marker',
    shape: { ...kms('gcm'), storage: 'instruction' },
    role: 'read',
    answer: async (world, ours, client, shape) => {
      const key = await writeObject(world, ours, shape)
      const file = `${key}.instruction`
      const { body } = await stored(world, file)
      await store(world, { metadata: {}, body }, file)
      return reads(readObject(world, client, shape, key))
    },
  },
  {
    question: 'commitment policy against a data key that KMS cannot unwrap',
    shape: kms('gcm'),
    role: 'read',
    answer: async (world, ours, client, shape) => {
      if (!client.knows.policies.includes('require-require')) return 'has no policy'
      const { metadata, body } = await stored(world, await writeObject(world, ours, shape))
      const broken = { ...metadata, 'x-amz-key-v2': Buffer.alloc(184).toString('base64') }
      const key = await store(world, { metadata: broken, body })
      const asked = { commitment: 'require-require' } as const
      const error: unknown = await readObject(world, client, shape, key, asked).catch(
        (e: unknown) => e,
      )
      if (!(error instanceof Refused)) return 'reads'
      return /polic|commit/i.test(error.message) ? 'policy first' : 'KMS first'
    },
  },
  {
    question: 'error of content that was altered',
    shape: kms('gcm'),
    role: 'read',
    answer: async (world, ours, client, shape) => {
      const { metadata, body } = await stored(world, await writeObject(world, ours, shape))
      body[0] = (body[0] ?? 0) ^ 1
      const key = await store(world, { metadata, body })
      const error: unknown = await readObject(world, client, shape, key).catch((e: unknown) => e)
      return error instanceof Refused ? error.error : 'reads'
    },
  },
  ...(['gcm', 'committing'] as const).map((suite): Observation => {
    const shape = kms(suite)
    return {
      question: `writes x-amz-unencrypted-content-length, ${suite === 'gcm' ? 'V2' : 'V3'}`,
      shape,
      role: 'write',
      answer: async (world, _ours, client) => {
        const { metadata } = await stored(world, await writeObject(world, client, shape))
        return 'x-amz-unencrypted-content-length' in metadata ? 'yes' : 'no'
      },
    }
  }),
  ...(['kms+context', 'kms', 'AES/GCM'] as const).map((wrapping): Observation => {
    const shape: Shape = { ...plainShape, wrapping, suite: 'gcm', storage: 'instruction' }
    return {
      question: `marker of an instruction file, ${wrapping}`,
      shape,
      role: 'write',
      answer: async (world, _ours, client) => {
        const key = await writeObject(world, client, shape)
        const { metadata } = await stored(world, `${key}.instruction`)
        const marker = metadata['x-amz-crypto-instr-file']
        return marker === undefined ? 'none' : `"${marker}"`
      },
    }
  }),
]

export function observationChecks(
  world: World,
  server: string,
  ours: Client,
  client: Client,
): readonly Check[] {
  const peer = client.peer.name
  return observations
    .filter(({ role, shape }) => impossible(peer, role, shape) === undefined)
    .map(({ question, shape, answer }): Check => ({
      table: 'Where clients disagree',
      row: question,
      peer,
      name: `${server}: ${peer}: ${question}`,
      run: async () => {
        const seen = await answer(world, ours, client, shape)
        const expected = observed[question]?.[peer]
        if (seen !== expected)
          throw new Mismatch(`${seen}, where ${expected ?? 'nothing'} was observed`)
        return seen
      },
    }))
}
