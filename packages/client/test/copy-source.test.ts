import { expect, test } from 'vitest'
import { copySourceOfFile, parseCopySource } from '../src/copy-source.ts'

const arn = 'arn:aws:s3:us-west-2:123456789012:accesspoint/mine'

test.each([
  ['bucket/key', { Bucket: 'bucket', Key: 'key' }],
  ['/bucket/key', { Bucket: 'bucket', Key: 'key' }],
  ['bucket/a/b//c', { Bucket: 'bucket', Key: 'a/b//c' }],
  ['bucket/a%2Fb%20c%3Fd', { Bucket: 'bucket', Key: 'a/b c?d' }],
  ['bucket%2Fkey', { Bucket: 'bucket', Key: 'key' }],
  ['bucket/%D0%BA', { Bucket: 'bucket', Key: 'к' }],
  ['bucket/100%', { Bucket: 'bucket', Key: '100%' }],
  ['bucket/key?versionId=a%2Bb', { Bucket: 'bucket', Key: 'key', VersionId: 'a+b' }],
  [`${arn}/object/a/b`, { Bucket: arn, Key: 'a/b' }],
  [`${arn}/object/object/object/c`, { Bucket: arn, Key: 'object/object/c' }],
  [encodeURIComponent(`${arn}/object/a/b`), { Bucket: arn, Key: 'a/b' }],
])('%s', (source, named) => {
  expect(parseCopySource(source)).toEqual({ VersionId: undefined, ...named })
})

test.each(['', 'bucket', '/bucket', 'bucket/', '?versionId=1'])('%j names no object', (source) => {
  expect(parseCopySource(source)).toBeUndefined()
})

test.each([
  ['bucket/a%20b', 'bucket/a%20b.instruction'],
  ['/bucket/key?versionId=1', '/bucket/key.instruction'],
])('the file of %s, in its own version', (source, file) => {
  expect(copySourceOfFile(source, '.instruction')).toBe(file)
})

test('a suffix is encoded', () => {
  expect(copySourceOfFile('bucket/key', '. ?')).toBe('bucket/key.%20%3F')
})
