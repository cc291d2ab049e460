import { describe, expect, test } from 'vitest'
import { envelopeFields } from '../src/envelope/fields.ts'
import {
  besideInstructionFile,
  completeFromInstructionFile,
  writeInstructionFile,
} from '../src/envelope/instruction-file.ts'
import { needsInstructionFile } from '../src/envelope/location.ts'
import { readEnvelope } from '../src/envelope/read.ts'
import type { StringMap } from '../src/string-map.ts'

const base64 = (length: number, byte = 7) => Buffer.alloc(length, byte).toString('base64')

const v1 = {
  'x-amz-key': base64(48),
  'x-amz-iv': base64(16),
  'x-amz-matdesc': '{"key":"a"}',
}
const v2 = {
  'x-amz-key-v2': base64(60),
  'x-amz-iv': base64(12),
  'x-amz-matdesc': '{"key":"a"}',
  'x-amz-wrap-alg': 'AES/GCM',
  'x-amz-cek-alg': 'AES/GCM/NoPadding',
  'x-amz-tag-len': '128',
}
const v3InFile = { 'x-amz-3': base64(60), 'x-amz-w': '02', 'x-amz-m': '{"key":"a"}' }
const v3OnObject = { 'x-amz-c': '115', 'x-amz-d': base64(28), 'x-amz-i': base64(28) }

/** As the client does it. */
function read(metadata: StringMap, file: string | object) {
  const fields = envelopeFields(metadata)
  expect(needsInstructionFile(fields)).toBe(true)
  const json = typeof file === 'string' ? file : JSON.stringify(file)
  return readEnvelope(completeFromInstructionFile(fields, Buffer.from(json)))
}

const failure = (metadata: StringMap, file: string | object): unknown => {
  try {
    return read(metadata, file)
  } catch (error) {
    return (error as { code?: string }).code ?? error
  }
}

const owner = { owner: 'me' }
const length = { 'x-amz-unencrypted-content-length': '6' }
const formats: [string, StringMap, StringMap][] = [
  ['V1', {}, v1],
  ['V2', length, v2],
  ['V3', v3OnObject, v3InFile],
]

describe('what stands where', () => {
  test.each(formats)('%s is written as it is read', (_, onObject, inFile) => {
    const envelope = read({ ...owner, ...onObject }, inFile)
    expect(envelope.description).toEqual({ key: 'a' })
    expect(JSON.parse(Buffer.from(writeInstructionFile(envelope)).toString())).toEqual(inFile)
    const known = Object.keys(onObject).length === 1 ? 6 : undefined
    expect(besideInstructionFile({ Owner: 'me', ...inFile }, envelope, known)).toEqual({
      ...owner,
      ...onObject,
    })
  })

  test('a file is ASCII, whatever the description says', () => {
    const envelope = { ...read(v3OnObject, v3InFile), description: { ключ: '"\\日本' } }
    const file = Buffer.from(writeInstructionFile(envelope)).toString()
    expect(file).toMatch(/^[\x20-\x7e]*$/)
    expect(read(v3OnObject, file).description).toEqual({ ключ: '"\\日本' })
  })

  test('metadata too large for S3 are refused, a description of any length is not', () => {
    const envelope = read(v3OnObject, v3InFile)
    const large = { ...envelope, description: { key: 'x'.repeat(4000) } }
    expect(besideInstructionFile(owner, large)).toEqual({ ...owner, ...v3OnObject })
    expect(() => besideInstructionFile({ note: 'x'.repeat(2000) }, envelope)).toThrow(
      expect.objectContaining({ code: 'ERR_METADATA_TOO_LARGE' }),
    )
    const endless = { ...envelope, description: { key: 'x'.repeat(2 ** 16) } }
    expect(() => writeInstructionFile(endless)).toThrow(
      expect.objectContaining({ code: 'ERR_INSTRUCTION_FILE_INVALID' }),
    )
  })
})

describe('what other writers left is read', () => {
  test.each<[string, StringMap, string | object]>([
    ['length in the file, as Go and PHP', {}, { ...v2, ...length }],
    ['numbers', {}, { ...v2, 'x-amz-tag-len': 128, 'x-amz-unencrypted-content-length': 6 }],
    ['the old MD5, as Go', {}, { ...v2, 'x-amz-unencrypted-content-md5': base64(16) }],
    ['keys that nobody knows', {}, { ...v2, 'x-amz-future': 'a' }],
    ['spaces and line breaks', {}, JSON.stringify(v2, undefined, 2)],
    ['tag length 0 of CBC', {}, { ...v2, ...cbc(), 'x-amz-tag-len': '0' }],
    ['colons, quotes and braces in a value', {}, { ...v2, 'x-amz-matdesc': '{"a\\"":"\\":"}' }],
    ['names in another case', {}, { ...v2, 'x-amz-iv': undefined, 'X-Amz-Iv': base64(12) }],
    ['the description on the object too', { 'x-amz-matdesc': '{}' }, v2],
    ['V3 without description', v3OnObject, { ...v3InFile, 'x-amz-m': undefined }],
    ['V3 with an empty m, as Go', v3OnObject, { ...v3InFile, 'x-amz-m': '' }],
  ])('%s', (_, metadata, file) => {
    expect(read(metadata, file)).toHaveProperty('suite')
  })

  function cbc() {
    return { 'x-amz-cek-alg': 'AES/CBC/PKCS5Padding', 'x-amz-iv': base64(16) }
  }

  test('the form of old .NET clients is V1', () => {
    const old = { EncryptedEnvelopeKey: v1['x-amz-key'], IV: v1['x-amz-iv'] }
    expect(read({}, old)).toEqual(read({}, { ...v1, 'x-amz-matdesc': '{}' }))
  })
})

describe('what was tampered with is refused', () => {
  test.each(Object.entries(v3OnObject))('%s in the file, whatever its value', (key, value) => {
    for (const metadata of [v3OnObject, {}]) {
      expect(failure(metadata, { ...v3InFile, [key]: value })).toBe('ERR_INSTRUCTION_FILE_TAMPERED')
    }
    expect(() => read(v3OnObject, { ...v3InFile, [key]: value })).toThrow(
      expect.objectContaining({ name: 'S3EncryptionSecurityError' }),
    )
  })

  test.each<[string, StringMap, object]>([
    ['a V2 file for an object of V3', v3OnObject, v2],
    ['a V1 file for an object of V3', v3OnObject, v1],
    ['keys of V1 and V2', {}, { ...v1, ...v2 }],
    ['keys of V2 and V3', {}, { ...v2, ...v3InFile }],
    ['a V3 file with the key of V1', v3OnObject, { ...v3InFile, 'x-amz-key': base64(48) }],
    ['a V3 file with an IV', v3OnObject, { ...v3InFile, 'x-amz-iv': base64(12) }],
    ['the old .NET key beside V2', {}, { ...v2, EncryptedEnvelopeKey: base64(48) }],
  ])('%s', (_, metadata, file) => {
    expect(failure(metadata, file)).toBe('ERR_ENVELOPE_CONFLICT')
  })

  test.each<[string, StringMap, object]>([
    ['a V3 file for an object without c, d and i', {}, v3InFile],
    ['a V3 file without w', v3OnObject, { 'x-amz-3': base64(60) }],
    ['a V2 file without IV', {}, { ...v2, 'x-amz-iv': undefined }],
  ])('%s', (_, metadata, file) => {
    expect(failure(metadata, file)).toBe('ERR_ENVELOPE_INVALID')
  })

  const key = base64(60)
  test.each([
    ['nothing', ''],
    ['no JSON', 'x-amz-3'],
    ['JSON and more', `${JSON.stringify(v3InFile)}{}`],
    ['a list', JSON.stringify([v3InFile])],
    ['null', 'null'],
    ['a string', JSON.stringify(JSON.stringify(v3InFile))],
    ['no data key', '{"x-amz-w":"02"}'],
    ['an empty object', '{}'],
    ['a map in a map', `{"x-amz-3":"${key}","x-amz-w":"02","x-amz-m":{"key":"a"}}`],
    ['null for a value', `{"x-amz-3":"${key}","x-amz-w":null}`],
    ['a key twice', `{"x-amz-3":"${key}","x-amz-w":"02","x-amz-3":"${base64(60, 8)}"}`],
    ['a key twice in the same words', `{"x-amz-3":"${key}","x-amz-3":"${key}","x-amz-w":"02"}`],
    ['a key twice, escaped once', `{"x-amz-3":"${key}","x-amz-w":"02","x-amz-\\u0033" : "${key}"}`],
    ['a key twice, in two cases', `{"x-amz-3":"${key}","x-amz-w":"02","X-Amz-3":"${key}"}`],
    ['a key twice, by an old name', `{"x-amz-key":"${key}","EncryptedEnvelopeKey":"${key}"}`],
    ['more than is read', JSON.stringify({ ...v3InFile, pad: 'x'.repeat(2 ** 16) })],
  ])('%s', (_, file) => {
    expect(failure(file.includes('x-amz-key') ? {} : v3OnObject, file)).toBe(
      'ERR_INSTRUCTION_FILE_INVALID',
    )
  })

  test('bytes that are no UTF-8', () => {
    const file = Buffer.concat([Buffer.from('{"x-amz-3":"'), Buffer.of(0xff), Buffer.from('"}')])
    expect(() => completeFromInstructionFile({}, file)).toThrow(
      expect.objectContaining({ code: 'ERR_INSTRUCTION_FILE_INVALID' }),
    )
  })

  test('a name of the prototype is a name like any other', () => {
    const file = JSON.stringify(v3InFile).replace('{', '{"__proto__":"a","constructor":"b",')
    expect(read(v3OnObject, file)).toHaveProperty('suite')
    expect(failure(v3OnObject, '{"__proto__":{"x-amz-3":"AAAA"}}')).toBe(
      'ERR_INSTRUCTION_FILE_INVALID',
    )
  })
})
