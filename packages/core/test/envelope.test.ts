import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { decodeDoubleEncoding } from '../src/envelope/double-encoding.ts'
import { envelopeFields, userMetadata } from '../src/envelope/fields.ts'
import { needsInstructionFile } from '../src/envelope/location.ts'
import { readEnvelope } from '../src/envelope/read.ts'
import { checkMetadataSize, writeEnvelope } from '../src/envelope/write.ts'
import type { StringMap } from '../src/string-map.ts'

const base64 = (length: number, byte = 7) => Buffer.alloc(length, byte).toString('base64')

const v1 = {
  'x-amz-key': base64(48),
  'x-amz-iv': base64(16),
  'x-amz-matdesc': '{"smkId":"12"}',
  'x-amz-unencrypted-content-length': '6',
}
const v2 = {
  'x-amz-key-v2': base64(184),
  'x-amz-iv': base64(12),
  'x-amz-matdesc': '{"aws:x-amz-cek-alg":"AES/GCM/NoPadding"}',
  'x-amz-wrap-alg': 'kms+context',
  'x-amz-cek-alg': 'AES/GCM/NoPadding',
  'x-amz-tag-len': '128',
}
const v3 = {
  'x-amz-c': '115',
  'x-amz-3': base64(184),
  'x-amz-w': '12',
  'x-amz-t': '{"aws:x-amz-cek-alg":"115"}',
  'x-amz-d': base64(28),
  'x-amz-i': base64(28),
}

const without = (fields: StringMap, ...keys: string[]) =>
  Object.fromEntries(Object.entries(fields).filter(([key]) => !keys.includes(key)))

/** As the client does it: fields first, then the question where the envelope is, then its values. */
function read(metadata: StringMap) {
  const fields = envelopeFields(metadata)
  if (needsInstructionFile(fields)) return 'instruction file'
  return readEnvelope(fields)
}

const failure = (metadata: StringMap): unknown => {
  try {
    return read(metadata)
  } catch (error) {
    return (error as { code?: string }).code ?? error
  }
}

describe('formats', () => {
  test('V1', () => {
    expect(read(v1)).toMatchObject({
      format: 1,
      suite: { id: 0x0070 },
      wrappingAlgorithm: { name: 'AES', legacy: true },
      description: { smkId: '12' },
      commitment: undefined,
    })
  })

  test('V2', () => {
    expect(read(v2)).toMatchObject({
      format: 2,
      suite: { id: 0x0072 },
      wrappingAlgorithm: { name: 'kms+context', legacy: false },
      description: { 'aws:x-amz-cek-alg': 'AES/GCM/NoPadding' },
    })
  })

  test('V3', () => {
    expect(read(v3)).toMatchObject({
      format: 3,
      suite: { id: 0x0073 },
      wrappingAlgorithm: { name: 'kms+context' },
      description: { 'aws:x-amz-cek-alg': '115' },
      iv: new Uint8Array(28).fill(7),
      commitment: new Uint8Array(28).fill(7),
    })
  })

  test.each([v1, v2, v3])('names are compared without case, strangers are ignored', (fields) => {
    const shouted = Object.fromEntries(
      Object.entries(fields).map(([key, value]) => [key.toUpperCase(), value]),
    )
    expect(read({ ...shouted, Owner: 'me', 'x-amz-crypto-instr-file': '' })).toEqual(read(fields))
  })

  test.each([
    [32, 'AES'],
    [48, 'AES'],
    [49, 'RSA'],
    [256, 'RSA'],
  ])('without a wrapping algorithm, %i bytes of wrapped key mean %s', (length, name) => {
    expect(read({ ...v1, 'x-amz-key': base64(length) })).toMatchObject({
      wrappingAlgorithm: { name },
    })
  })
})

describe('what old writers left out or wrote oddly is read', () => {
  const cbc = { ...v2, 'x-amz-cek-alg': 'AES/CBC/PKCS5Padding', 'x-amz-iv': base64(16) }
  test.each<[string, StringMap]>([
    ['V1 without material description', without(v1, 'x-amz-matdesc')],
    ['V2 without material description', without(v2, 'x-amz-matdesc')],
    ['V2 GCM without tag length', without(v2, 'x-amz-tag-len')],
    ['V2 CBC with tag length 0', { ...cbc, 'x-amz-tag-len': '0' }],
    ['V2 GCM without wrapping algorithm', without(v2, 'x-amz-wrap-alg')],
    ['V2 CBC without wrapping algorithm', without(cbc, 'x-amz-wrap-alg')],
    ['V1 with the old MD5', { ...v1, 'x-amz-unencrypted-content-md5': base64(16) }],
    ['V3 with empty m', { ...v3, 'x-amz-m': '' }],
    ['V3 with empty length', { ...v3, 'x-amz-unencrypted-content-length': '' }],
    ['V3 without context', without(v3, 'x-amz-t')],
    ['JSON with spaces', { ...v2, 'x-amz-matdesc': '{ "a" : "b" }' }],
  ])('%s', (_, fields) => {
    expect(read(fields)).toHaveProperty('suite')
  })

  test('V3 raw keys described under t, as one writer does', () => {
    const raw = { ...v3, 'x-amz-w': '02', 'x-amz-t': '{"key":"a"}' }
    expect(read(raw)).toMatchObject({ description: { key: 'a' } })
    expect(read({ ...raw, 'x-amz-m': '{"key":"b"}' })).toMatchObject({ description: { key: 'b' } })
  })
})

describe('contradictions', () => {
  const exclusive = { 'x-amz-key': v1['x-amz-key'], 'x-amz-key-v2': v2['x-amz-key-v2'] }
  test.each<[string, StringMap]>([
    ['V1 and V2 keys', { ...v1, ...exclusive }],
    ['V2 and V3 keys', { ...v2, 'x-amz-3': v3['x-amz-3'] }],
    ['V1 and V3 keys', { ...v3, 'x-amz-key': v1['x-amz-key'] }],
    ['all of V2 and V3', { ...v2, ...v3 }],
    // The object would be read as V2 while its headers claim commitment.
    ['V2 that claims suite 115', { ...v2, 'x-amz-c': '115', 'x-amz-w': '12' }],
    ...Object.entries(v3).map(([key, value]): [string, StringMap] => [
      `V2 with ${key}`,
      { ...v2, [key]: value },
    ]),
    ...Object.entries(v2).map(([key, value]): [string, StringMap] => [
      `V3 with ${key}`,
      { ...v3, [key]: value },
    ]),
    ['V3 with a plaintext length', { ...v3, 'x-amz-unencrypted-content-length': '6' }],
  ])('%s', (_, fields) => {
    expect(failure(fields)).toBe('ERR_ENVELOPE_CONFLICT')
  })
})

describe('incomplete and malformed envelopes', () => {
  const required: [string, StringMap][] = [
    ...['x-amz-iv', 'x-amz-cek-alg'].map((key): [string, StringMap] => [
      `V2 without ${key}`,
      without(v2, key),
    ]),
    ...['x-amz-c', 'x-amz-w', 'x-amz-d', 'x-amz-i'].map((key): [string, StringMap] => [
      `V3 without ${key}`,
      without(v3, key),
    ]),
    ['V1 without x-amz-iv', without(v1, 'x-amz-iv')],
    ['V2 without the encrypted data key', without(v2, 'x-amz-key-v2')],
    ['V3 with only c and d on the object', without(v3, 'x-amz-3', 'x-amz-i', 'x-amz-w', 'x-amz-t')],
    ['V3 without the encrypted data key but with w', without(v3, 'x-amz-3')],
  ]
  const malformed: [string, StringMap][] = [
    ['base64 with a line break', { ...v2, 'x-amz-iv': 'dqqlq2dR\nVSQ5hFRb' }],
    ['base64 without padding', { ...v3, 'x-amz-d': v3['x-amz-d'].replaceAll('=', '') }],
    ['URL-safe base64', { ...v2, 'x-amz-key-v2': '-_-_' }],
    ['an empty data key', { ...v2, 'x-amz-key-v2': '' }],
    ['a GCM IV of 16 bytes', { ...v2, 'x-amz-iv': base64(16) }],
    ['a CBC IV of 12 bytes', { ...v1, 'x-amz-iv': base64(12) }],
    ['a message ID of 27 bytes', { ...v3, 'x-amz-i': base64(27) }],
    ['a commitment of 29 bytes', { ...v3, 'x-amz-d': base64(29) }],
    ['tag length 96', { ...v2, 'x-amz-tag-len': '96' }],
    ['tag length with a sign', { ...v2, 'x-amz-tag-len': '+128' }],
    ['broken JSON', { ...v2, 'x-amz-matdesc': '{' }],
    ['JSON that is no object', { ...v2, 'x-amz-matdesc': '["a"]' }],
    ['JSON null', { ...v3, 'x-amz-t': 'null' }],
    ['JSON values that are no strings', { ...v2, 'x-amz-matdesc': '{"a":1}' }],
  ]
  test.each([...required, ...malformed])('%s', (_, fields) => {
    expect(failure(fields)).toBe('ERR_ENVELOPE_INVALID')
  })

  test.each<[string, StringMap]>([
    ['V2 that names suite 115', { ...v2, 'x-amz-cek-alg': '115' }],
    ['V3 that names GCM', { ...v3, 'x-amz-c': 'AES/GCM/NoPadding' }],
    ['V3 that names the CTR suite', { ...v3, 'x-amz-c': '116' }],
    ['V1 that names GCM', { ...v1, 'x-amz-cek-alg': 'AES/GCM/NoPadding' }],
    ['an unknown content algorithm', { ...v2, 'x-amz-cek-alg': 'AES/CTR/NoPadding' }],
    ['an unknown wrapping algorithm', { ...v2, 'x-amz-wrap-alg': 'toString' }],
    ['an undefined V3 code', { ...v3, 'x-amz-w': '11' }],
  ])('%s', (_, fields) => {
    expect(failure(fields)).toBe('ERR_ALGORITHM_UNKNOWN')
  })

  test.each<[string, StringMap]>([
    ['V1', { ...v1, 'x-amz-iv': base64(16, 0) }],
    ['V2', { ...v2, 'x-amz-iv': base64(12, 0) }],
    ['V3', { ...v3, 'x-amz-i': base64(28, 0) }],
  ])('an IV or message ID of zeros: %s', (_, fields) => {
    expect(failure(fields)).toBe('ERR_ENVELOPE_ZERO_IV')
  })
})

describe('where the envelope is', () => {
  test.each<[string, StringMap]>([
    ['nothing', {}],
    ['user metadata', { owner: 'me' }],
    ['what old writers leave on the object', { 'x-amz-unencrypted-content-length': '6' }],
    ['c, d and i of V3', without(v3, 'x-amz-3', 'x-amz-w', 'x-amz-t')],
  ])('%s: in an instruction file', (_, fields) => {
    expect(read(fields)).toBe('instruction file')
  })
})

describe('writing', () => {
  test.each([
    ['V1', v1],
    ['V2', { ...v2, 'x-amz-unencrypted-content-length': '6' }],
    ['V3', v3],
  ])('%s comes out as it went in', (_, fields) => {
    const envelope = readEnvelope(envelopeFields(fields))
    expect(writeEnvelope(envelope, 6)).toEqual(fields)
  })

  test('V2 CBC has no tag length', () => {
    const cbc = { ...v2, 'x-amz-cek-alg': 'AES/CBC/PKCS5Padding', 'x-amz-iv': base64(16) }
    const written = writeEnvelope(readEnvelope(envelopeFields(cbc)))
    expect(written).toEqual(without(cbc, 'x-amz-tag-len'))
  })

  test('an empty description is left out of V3 and written as {} in V2', () => {
    const bare = readEnvelope(envelopeFields({ ...without(v3, 'x-amz-t'), 'x-amz-w': '02' }))
    expect(writeEnvelope(bare)).not.toHaveProperty('x-amz-m')
    const old = readEnvelope(envelopeFields(without(v2, 'x-amz-matdesc')))
    expect(writeEnvelope(old)).toHaveProperty('x-amz-matdesc', '{}')
  })

  test('descriptions are written in ASCII and read back, whatever they say', () => {
    const envelope = readEnvelope(envelopeFields(v3))
    fc.assert(
      fc.property(fc.dictionary(fc.string({ unit: 'grapheme' }), fc.string()), (map) => {
        const description = Object.fromEntries(Object.entries(map))
        const written = writeEnvelope({ ...envelope, description })
        expect(Object.values(written).join('')).toMatch(/^[\x20-\x7e]*$/)
        expect(readEnvelope(envelopeFields(written)).description).toEqual(description)
      }),
    )
  })

  test('a legacy wrapping algorithm has no place in V3', () => {
    const envelope = readEnvelope(envelopeFields(v3))
    const { wrappingAlgorithm } = readEnvelope(envelopeFields(v1))
    expect(() => writeEnvelope({ ...envelope, wrappingAlgorithm })).toThrow(
      expect.objectContaining({ code: 'ERR_WRAPPING_ALGORITHM_UNSUPPORTED' }),
    )
  })

  test('user metadata keeps everything but an envelope', () => {
    expect(userMetadata({ Owner: 'me', 'X-Amz-Key-V2': 'stale', 'x-amz-meta': 'mine' })).toEqual({
      owner: 'me',
      'x-amz-meta': 'mine',
    })
  })

  test('metadata may have 2,048 bytes of UTF-8 in names and values', () => {
    expect(() => {
      checkMetadataSize({ a: 'x'.repeat(2047) })
    }).not.toThrow()
    for (const tooLarge of [{ a: 'x'.repeat(2048) }, { a: 'é'.repeat(1024) }]) {
      expect(() => {
        checkMetadataSize(tooLarge)
      }).toThrow(expect.objectContaining({ code: 'ERR_METADATA_TOO_LARGE' }))
    }
  })
})

describe("S3's double encoding", () => {
  test.each([
    ['=?UTF-8?B?w4PCtg==?=', 'ö'],
    ['=?UTF-8?Q?Mini=C3=83=C2=B6?=', 'Miniö'],
    [
      '=?UTF-8?B?eyLDkMK6w5DCu8ORwo7DkcKHIjoiw5DCt8OQwr3DkMKww5HCh8OQwrXDkMK9w5DCuMOQwrUiLCJhIjoiw6bCl8Klw6bCnMKsIn0=?=',
      '{"ключ":"значение","a":"日本"}',
    ],
    [
      '=?UTF-8?Q?=7B=22=C3=90=C2=BA=C3=90=C2=BB=C3=91=C2=8E=C3=91=C2=87=22=3A=22=C3=83=C2=B6=22=7D?=',
      '{"ключ":"ö"}',
    ],
    ['=?utf-8?b?w4PCtg==?=  =?UTF-8?Q?=C3=83=C2=B6?=', 'öö'],
    ['{"plain":"ascii"}', '{"plain":"ascii"}'],
    ['{"a":"日本"}', '{"a":"日本"}'],
    ['caf\u00e9', 'caf\u00e9'], // not UTF-8 once it is taken for bytes
    ['=?UTF-8?B?not base64?=', '=?UTF-8?B?not base64?='],
    ['{"subject":"=?UTF-8?Q?=C3=BC?="}', '{"subject":"=?UTF-8?Q?=C3=BC?="}'], // the writer's own
    ['Ã¶', 'ö'], // raw UTF-8 that a browser shows as Latin-1
  ])('%s', (stored, sent) => {
    expect(decodeDoubleEncoding(stored)).toBe(sent)
  })

  test('whatever was sent comes back', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'grapheme' }), (text) => {
        const latin1 = Buffer.from(text, 'utf8').toString('latin1')
        const words = `=?UTF-8?B?${Buffer.from(latin1, 'utf8').toString('base64')}?=`
        expect(decodeDoubleEncoding(words)).toBe(text)
      }),
    )
  })
})
