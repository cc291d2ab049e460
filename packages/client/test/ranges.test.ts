// SPDX-License-Identifier: Apache-2.0
import { randomBytes } from 'node:crypto'
import { Agent } from 'node:http'
import type { Readable } from 'node:stream'
import { GetObjectCommand, S3, type GetObjectCommandOutput } from '@aws-sdk/client-s3'
import { memorySink, rawAesKeyring, s3Encryption, type S3EncryptionClient } from '@s3-cse/client'
import fc from 'fast-check'
import { beforeAll, describe, expect, test } from 'vitest'
import objects from '../../../conformance/vectors/objects.json' with { type: 'json' }
import { writers, type Writer } from './written.ts'
import { BUCKET, bytes, freshKey, readsAll, useAccount } from './support.ts'

const account = useAccount()
const wrappingKey = randomBytes(32)
const keyring = rawAesKeyring({ wrappingKey, enableLegacyWrappingAlgorithms: true })
const ranged = (options = {}) => account.client({ keyring, ...readsAll, ...options })
const kinds = Object.keys(writers) as Writer[]

async function put(writer: Writer, plaintext: Buffer) {
  const Key = freshKey()
  const { body, metadata } = writers[writer](wrappingKey, plaintext)
  await account.store(Key, body, metadata)
  return { Bucket: BUCKET, Key }
}

/** Requests for objects since the log was cleared, by their range. */
const rangesSent = () =>
  account.aws.s3.requests.of('GetObject').map(({ headers }) => headers['range'])

const WHOLE = Symbol('the whole object')

/** Range, `Range` sent to S3, first and last byte of plaintext, for 200 bytes. */
const table: [string, string | undefined, [number, number] | 'empty' | 'InvalidRange' | symbol][] =
  [
    ['bytes=0-15', 'bytes=0-32', [0, 15]],
    ['bytes=10-20', 'bytes=0-48', [10, 20]],
    ['bytes=16-31', 'bytes=0-48', [16, 31]],
    ['bytes=10-100', 'bytes=0-128', [10, 100]],
    ['bytes=40-', 'bytes=16-9223372036854775807', [40, 199]],
    ['bytes=190-300', 'bytes=160-320', [190, 199]],
    ['bytes=199-199', 'bytes=176-224', [199, 199]],
    ['bytes=200-205', 'bytes=176-224', 'empty'],
    ['bytes=240-250', 'bytes=224-272', 'InvalidRange'],
    ['bytes=-40', undefined, WHOLE],
    ['bytes=100-50', undefined, WHOLE],
    ['10-20', undefined, WHOLE],
    ['bytes=0-5,10-15', undefined, WHOLE],
    ['bytes=-', undefined, WHOLE],
    ['bytes=0 - 5', undefined, WHOLE],
    ['octets=0-5', undefined, WHOLE],
    ['', undefined, WHOLE],
    ['bytes=0-9223372036854775807', 'bytes=0-9223372036854775807', [0, 199]],
    ['bytes=0-9223372036854775790', 'bytes=0-9223372036854775807', [0, 199]],
    ['bytes=199-', 'bytes=176-9223372036854775807', [199, 199]],
    ['bytes=0-0', 'bytes=0-32', [0, 0]],
  ]

/** Beyond the plaintext, but not beyond the stored object: of GCM 216 bytes, of CBC 208. */
const beyond = (writer: Writer): typeof table => [
  ['bytes=216-217', 'bytes=192-240', 'empty'],
  ['bytes=231-240', 'bytes=208-272', writer.endsWith('CBC') ? 'InvalidRange' : 'empty'],
]

describe.each(kinds)('%s, as the official client for Java', (writer) => {
  const plaintext = randomBytes(200)
  let object: { Bucket: string; Key: string }
  beforeAll(async () => {
    object = await put(writer, plaintext)
  })

  test.each([...table, ...beyond(writer)])('%s', async (Range, sent, answer) => {
    account.aws.s3.requests.clear()
    const get = ranged().getObject({ ...object, Range })
    if (answer === 'InvalidRange') {
      await expect(get).rejects.toMatchObject({
        name: 'InvalidRange',
        $metadata: { httpStatusCode: 416 },
      })
    } else {
      const [first, last] = Array.isArray(answer) ? answer : [0, 199]
      const expected = answer === 'empty' ? Buffer.alloc(0) : plaintext.subarray(first, last + 1)
      expect(await bytes(await get)).toEqual(expected)
    }
    expect(rangesSent()).toEqual([sent])
  })

  test('lengths are those of the plaintext, where they are known', async () => {
    const known = writer !== 'V2, CBC'
    const lengths = async (Range: string) => {
      const { ContentLength, ContentRange } = await ranged().getObject({ ...object, Range })
      return [ContentLength, ContentRange]
    }
    expect(await lengths('bytes=10-20')).toEqual([11, `bytes 10-20/${known ? 200 : '*'}`])
    expect(await lengths('bytes=190-300')).toEqual(
      known ? [10, 'bytes 190-199/200'] : [undefined, undefined],
    )
    expect(await lengths('bytes=207-210')).toEqual(
      known ? [0, 'bytes */200'] : [undefined, undefined],
    )
    expect(await lengths('bytes=208-')).toEqual([0, known ? 'bytes */200' : undefined])
    const whole = await ranged().getObject({ ...object, Range: 'bytes=-40' })
    expect(whole.ContentRange).toBeUndefined()
  })

  test.each([1, 39, 40, 199, 200, 201, 1000, 2 ** 60])(
    'bytes=-%i with enableSuffixRanges',
    async (length) => {
      const output = await ranged({ enableSuffixRanges: true }).getObject({
        ...object,
        Range: `bytes=-${length}`,
      })
      const expected = plaintext.subarray(Math.max(0, 200 - length))
      expect(output.ContentLength).toBe(expected.length)
      expect(output.ContentRange).toBe(`bytes ${200 - expected.length}-199/200`)
      expect(await bytes(output)).toEqual(expected)
    },
  )

  test('the last no bytes are what S3 says of them', async () => {
    const get = ranged({ enableSuffixRanges: true }).getObject({ ...object, Range: 'bytes=-0' })
    await expect(get).rejects.toMatchObject({ name: 'InvalidRange' })
  })

  test('a range of an empty object is empty', async () => {
    const empty = await put(writer, Buffer.alloc(0))
    const client = ranged({ enableSuffixRanges: true })
    for (const Range of ['bytes=0-5', 'bytes=-5']) {
      expect(await bytes(await client.getObject({ ...empty, Range }))).toHaveLength(0)
    }
  })

  test('any range is a slice', async () => {
    const content = randomBytes(3 * 2 ** 20 + 21)
    const large = await put(writer, content)
    const client = ranged({ enableSuffixRanges: true })
    const offset = fc.oneof(
      fc.nat(content.length + 20),
      fc.nat(64),
      fc.nat(64).map((back) => content.length - back),
    )
    const range = fc.oneof(
      fc.tuple(offset, offset).map(([a, b]) => ({
        Range: `bytes=${Math.min(a, b)}-${Math.max(a, b)}`,
        slice: [Math.min(a, b), Math.max(a, b) + 1] as const,
      })),
      offset.map((a) => ({ Range: `bytes=${a}-`, slice: [a, content.length] as const })),
      offset
        .filter((length) => length > 0)
        .map((length) => ({
          Range: `bytes=-${length}`,
          slice: [Math.max(0, content.length - length), content.length] as const,
        })),
    )
    await fc.assert(
      fc.asyncProperty(range, async ({ Range, slice }) => {
        const output = await client.getObject({ ...large, Range })
        const expected = content.subarray(...slice)
        expect((await bytes(output)).equals(expected)).toBe(true)
        if (output.ContentLength !== undefined) expect(output.ContentLength).toBe(expected.length)
      }),
      { numRuns: 60 },
    )
  })

  test('a plugin and a web stream', async () => {
    const client = new S3(account.s3Config)
    client.middlewareStack.use(s3Encryption({ client, keyring, ...readsAll }))
    client.middlewareStack.add(
      (next) => async (args) => {
        const { response, output } = await next(args)
        const { Body } = output as GetObjectCommandOutput
        return { response, output: Object.assign(output, { Body: Body?.transformToWebStream() }) }
      },
      { step: 'serialize', name: 'asInBrowsers' },
    )
    const { Body } = await client.getObject({ ...object, Range: 'bytes=17-150' })
    expect(Body).toBeInstanceOf(ReadableStream)
    expect(Buffer.from((await Body?.transformToByteArray()) ?? [])).toEqual(
      plaintext.subarray(17, 151),
    )
  })
})

describe('published objects', () => {
  test.each(
    objects.vectors.flatMap(({ plaintext, ...vector }) =>
      plaintext === undefined ? [] : [{ ...vector, plaintext }],
    ),
  )('$id', async ({ dataKey, metadata, body, plaintext }) => {
    const Key = freshKey()
    await account.store(Key, Buffer.from(body, 'hex'), metadata)
    const client = ranged({
      keyring: {
        onEncrypt: () => Promise.reject(new Error('reads only')),
        onDecrypt: () => Promise.resolve(Buffer.from(dataKey, 'base64')),
      },
    })
    const content = Buffer.from(plaintext, 'hex')
    const ranges = [
      [0, 5],
      [16, 47],
      [32, 55],
      [33, 1000],
    ] as const
    for (const [first, last] of ranges.filter(([start]) => start < content.length)) {
      const Range = `bytes=${first}-${last}`
      const output = await client.getObject({ Bucket: BUCKET, Key, Range })
      expect(await bytes(output)).toEqual(content.subarray(first, last + 1))
    }
  })
})

test('an object whose envelope is in an instruction file', async () => {
  const object = { Bucket: BUCKET, Key: freshKey() }
  const content = randomBytes(200)
  await ranged({ storage: 'instruction-file' }).putObject({ ...object, Body: content })
  account.aws.s3.requests.clear()
  const output = await ranged().getObject({ ...object, Range: 'bytes=40-59' })
  expect(await bytes(output)).toEqual(content.subarray(40, 60))
  expect(output.ContentRange).toBe('bytes 40-59/200')
  expect(rangesSent()).toEqual(['bytes=16-80', undefined])
})

describe('refusals', () => {
  test.each(['bytes=0-5', 'bytes=-5', 'nonsense'])(
    '%s without the option, before any request',
    async (Range) => {
      const object = await put('V3, 115', Buffer.alloc(40))
      account.aws.s3.requests.clear()
      for (const options of [{}, { commitmentPolicy: readsAll.commitmentPolicy }]) {
        const get = account.client({ keyring, ...options }).getObject({ ...object, Range })
        await expect(get).rejects.toMatchObject({ code: 'ERR_LEGACY_CONTENT_DISABLED' })
        await expect(get).rejects.toThrow('enableLegacyUnauthenticatedModes')
      }
      expect(account.aws.s3.requests.entries).toHaveLength(0)
    },
  )

  test('the commitment policy holds for ranges', async () => {
    const options = { commitmentPolicy: 'REQUIRE_ENCRYPT_REQUIRE_DECRYPT' }
    const Range = 'bytes=20-29'
    const client = ranged(options)
    await expect(
      client.getObject({ ...(await put('V2, GCM', Buffer.alloc(40))), Range }),
    ).rejects.toMatchObject({ code: 'ERR_COMMITMENT_POLICY' })
    const committed = await put('V3, 115', Buffer.alloc(40, 7))
    expect(await bytes(await client.getObject({ ...committed, Range }))).toEqual(
      Buffer.alloc(10, 7),
    )
  })

  test('PartNumber, with the ways on', async () => {
    const object = await put('V3, 115', Buffer.alloc(40))
    const get = ranged().getObject({ ...object, PartNumber: 1 })
    await expect(get).rejects.toMatchObject({ code: 'ERR_NOT_SUPPORTED' })
    await expect(get).rejects.toThrow('download()')
  })

  const other = randomBytes(28).toString('base64')
  test.each([
    ['c', '116', 'ERR_ALGORITHM_UNKNOWN'],
    ['d', other, 'ERR_COMMITMENT_MISMATCH'],
    ['i', other, 'ERR_COMMITMENT_MISMATCH'],
    ['d', randomBytes(27).toString('base64'), 'ERR_ENVELOPE_INVALID'],
    ['d', randomBytes(29).toString('base64'), 'ERR_ENVELOPE_INVALID'],
    ['i', randomBytes(27).toString('base64'), 'ERR_ENVELOPE_INVALID'],
  ])('an altered x-amz-%s (%s): %s', async (name, value, code) => {
    const Key = freshKey()
    const { body, metadata } = writers['V3, 115'](wrappingKey, Buffer.alloc(40))
    await account.store(Key, body, { ...metadata, [`x-amz-${name}`]: value })
    for (const Range of ['bytes=16-20', undefined]) {
      await expect(ranged().getObject({ Bucket: BUCKET, Key, Range })).rejects.toMatchObject({
        code,
      })
    }
  })

  test('an object that is shorter than its tag', async () => {
    const Key = freshKey()
    const { body, metadata } = writers['V3, 115'](wrappingKey, Buffer.alloc(40))
    await account.store(Key, body.subarray(0, 15), metadata)
    await expect(
      ranged().getObject({ Bucket: BUCKET, Key, Range: 'bytes=0-5' }),
    ).rejects.toMatchObject({ code: 'ERR_DECRYPTION_FAILED' })
  })
})

describe('answers of servers', () => {
  const plaintext = randomBytes(100)

  /** A client whose requests and answers are altered below the encryption. */
  function through({ input = {}, output = {} }): S3EncryptionClient {
    const client = ranged()
    client.middlewareStack.add(
      (next) => async (args) => {
        const answer = await next({ ...args, input: { ...args.input, ...input } })
        return { ...answer, output: Object.assign(answer.output, output) }
      },
      { step: 'initialize', priority: 'low', name: 'altered' },
    )
    return client
  }

  test('a server without ranges: all of the object, authenticated', async () => {
    const object = await put('V3, 115', plaintext)
    const client = through({ input: { Range: undefined } })
    const output = await client.getObject({ ...object, Range: 'bytes=20-29' })
    expect(output.ContentRange).toBeUndefined()
    expect(await bytes(output)).toEqual(plaintext)
    await account.aws.s3.flipByte(BUCKET, object.Key, 90)
    await expect(client.getObject({ ...object, Range: 'bytes=20-29' })).rejects.toMatchObject({
      code: 'ERR_DECRYPTION_FAILED',
    })
  })

  test.each([
    ['is hidden by CORS', undefined],
    ['is malformed', 'bytes 0-48/*'],
    ['is of another range', 'bytes 16-48/116'],
  ])('a Content-Range that %s', async (_, ContentRange) => {
    const object = await put('V3, 115', plaintext)
    const client = through({ output: { ContentRange } })
    const get = client.getObject({ ...object, Range: 'bytes=20-29' })
    await expect(get).rejects.toMatchObject({ code: 'ERR_CONTENT_RANGE' })
  })

  test('a download that cannot know how much there is', async () => {
    const object = await put('V3, 115', randomBytes(9 * 2 ** 20))
    const client = through({ output: { ContentRange: undefined } })
    const sink = memorySink()
    await expect(client.download(object, sink)).rejects.toMatchObject({ code: 'ERR_CONTENT_RANGE' })
    expect(sink.bytes).toBeUndefined()
  })

  test('a download from a server without ranges', async () => {
    const object = await put('V3, 115', plaintext)
    const sink = memorySink()
    await through({ input: { Range: undefined } }).download(object, sink)
    expect(sink.bytes).toEqual(Uint8Array.from(plaintext))
  })

  test('a part that was not asked for', async () => {
    const object = await put('V3, 115', plaintext)
    const client = through({ input: { Range: 'bytes=0-63' } })
    await expect(client.getObject(object)).rejects.toMatchObject({ code: 'ERR_CONTENT_RANGE' })
  })

  test('a response that ends too soon', async () => {
    const object = await put('V3, 115', plaintext)
    account.aws.s3.faults.add({ operation: 'GetObject', key: object.Key, kind: 'truncate' })
    const output = await ranged().getObject({ ...object, Range: 'bytes=10-90' })
    await expect(bytes(output)).rejects.toThrow(Error)
  })

  test('an object that is replaced before its padding is read', async () => {
    const object = await put('V2, CBC', plaintext)
    account.aws.s3.faults.add({
      operation: 'GetObject',
      key: object.Key,
      skip: 1,
      kind: 'replace',
      run: async () => {
        const { body, metadata } = writers['V2, CBC'](wrappingKey, plaintext)
        await account.store(object.Key, body, metadata)
      },
    })
    const get = ranged({ enableSuffixRanges: true }).getObject({ ...object, Range: 'bytes=-10' })
    await expect(get).rejects.toMatchObject({ code: 'ERR_OBJECT_CHANGED' })
  })

  test('every range has a condition, which keeps the caches of browsers out of it', async () => {
    const object = await put('V3, 115', plaintext)
    const conditions = async (input = {}) => {
      account.aws.s3.requests.clear()
      await ranged().getObject({ ...object, ...input })
      const [entry] = account.aws.s3.requests.of('GetObject')
      return ['if-match', 'if-unmodified-since'].filter(
        (name) => entry?.headers[name] !== undefined,
      )
    }
    const { ETag } = await ranged().getObject(object)
    expect(await conditions({ Range: 'bytes=1-2' })).toEqual(['if-unmodified-since'])
    expect(await conditions({ Range: 'bytes=1-2', IfMatch: ETag })).toEqual(['if-match'])
    expect(await conditions()).toEqual([])
  })

  test('conditions and versions go along', async () => {
    const object = await put('V3, 115', plaintext)
    const range = { ...object, Range: 'bytes=1-2' }
    const { ETag } = await ranged().getObject(range)
    expect(await bytes(await ranged().getObject({ ...range, IfMatch: ETag }))).toHaveLength(2)
    await expect(ranged().getObject({ ...range, IfMatch: '"x"' })).rejects.toMatchObject({
      name: 'PreconditionFailed',
    })
  })
})

describe('connections', () => {
  class CountingAgent extends Agent {
    count = 0
    override createConnection(...args: Parameters<Agent['createConnection']>) {
      this.count++
      return super.createConnection(...args)
    }
  }

  test('one serves range after range', async () => {
    const object = await put('V3, 115', randomBytes(2 ** 20))
    const httpAgent = new CountingAgent({ keepAlive: true, maxSockets: 1 })
    const client = ranged({ requestHandler: { httpAgent } })
    const wanted = 70_000
    for (let i = 0; i < 3; i++) {
      // What was fetched beyond the range comes only after the range was read.
      const stall = account.aws.s3.faults.add({
        operation: 'GetObject',
        key: object.Key,
        kind: 'stall',
        on: 'response',
        afterBytes: wanted,
      })
      const output = await client.getObject({ ...object, Range: `bytes=0-${wanted - 1}` })
      let length = 0
      for await (const chunk of output.Body as Readable) {
        length += (chunk as Uint8Array).length
        if (length === wanted) stall.release()
      }
      expect(length).toBe(wanted)
    }
    expect(httpAgent.count).toBe(1)
    httpAgent.destroy()
  })

  test('a range that is left early ends its request', async () => {
    const object = await put('V3, 115', randomBytes(20 * 2 ** 20))
    const httpAgent = new CountingAgent({ keepAlive: true, maxSockets: 1 })
    const client = ranged({ requestHandler: { httpAgent } })
    const output = await client.getObject({ ...object, Range: 'bytes=5-' })
    const stream = output.Body?.transformToWebStream() as ReadableStream<Uint8Array>
    const reader = stream.getReader()
    expect((await reader.read()).done).toBe(false)
    await reader.cancel()
    const next = await client.getObject({ ...object, Range: 'bytes=0-4' })
    expect(await bytes(next)).toHaveLength(5)
    httpAgent.destroy()
  })
})

describe('objects that are not encrypted', () => {
  const content = Buffer.from('0123456789'.repeat(10))
  test.each(['bytes=20-29', 'bytes=-7', 'bytes=50-', 'bytes=30-20', undefined])(
    '%s is what S3 answers',
    async (Range) => {
      const object = { Bucket: BUCKET, Key: freshKey() }
      await account.store(object.Key, content, { owner: 'me' })
      const expected = await account.plain.send(new GetObjectCommand({ ...object, Range }))
      const output = await ranged({ allowUnencryptedObjects: true }).getObject({ ...object, Range })
      expect(output.ContentRange).toBe(expected.ContentRange)
      expect(output.ContentLength).toBe(expected.ContentLength)
      expect(await bytes(output)).toEqual(await bytes(expected))
    },
  )
})
