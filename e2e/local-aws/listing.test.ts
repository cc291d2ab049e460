// SPDX-License-Identifier: Apache-2.0
import { expect, test } from 'vitest'
import { localAws, md5, raw } from './testing.ts'

const { aws, s3 } = await localAws()
const Bucket = 'bucket'
// In the order of UTF-8 bytes, which is not that of UTF-16: 𐀀 is U+10000, ｚ is U+FF5A.
const keys = ['a', 'a b&c', 'dir/1', 'dir/2', 'dir/sub/3', 'other/4', 'z', 'ü', 'ｚ', '𐀀']
for (const Key of [...keys].reverse()) await s3.putObject({ Bucket, Key, Body: Key })

const names = (list: { Key?: string | undefined }[] | undefined): unknown[] | undefined =>
  list?.map(({ Key }) => Key)

test('lists all objects in order', async () => {
  const listed = await s3.listObjectsV2({ Bucket })
  expect(names(listed.Contents)).toEqual(keys)
  expect(listed).toMatchObject({ KeyCount: keys.length, IsTruncated: false, MaxKeys: 1000 })
  expect(listed.Contents?.[0]).toMatchObject({
    Size: 1,
    ETag: `"${md5('a')}"`,
    StorageClass: 'STANDARD',
  })
})

test('groups by a delimiter', async () => {
  const top = await s3.listObjectsV2({ Bucket, Delimiter: '/' })
  expect(top.CommonPrefixes).toEqual([{ Prefix: 'dir/' }, { Prefix: 'other/' }])
  expect(names(top.Contents)).toEqual(keys.filter((key) => !key.includes('/')))
  const inner = await s3.listObjectsV2({ Bucket, Delimiter: '/', Prefix: 'dir/' })
  expect(names(inner.Contents)).toEqual(['dir/1', 'dir/2'])
  expect(inner.CommonPrefixes).toEqual([{ Prefix: 'dir/sub/' }])
})

test.each([1, 2, 3])('pages by %i, prefixes included', async (MaxKeys) => {
  const found: unknown[] = []
  let ContinuationToken: string | undefined
  do {
    const page = await s3.listObjectsV2({ Bucket, Delimiter: '/', MaxKeys, ContinuationToken })
    expect(page.KeyCount).toBeLessThanOrEqual(MaxKeys)
    found.push(...(names(page.Contents) ?? []))
    found.push(...(page.CommonPrefixes ?? []).map(({ Prefix }) => Prefix))
    ContinuationToken = page.NextContinuationToken
  } while (ContinuationToken !== undefined)
  const expected = [...keys.filter((key) => !key.includes('/')), 'dir/', 'other/']
  expect(found.sort()).toEqual(expected.sort())
})

test('starts after a key, and can be asked for nothing', async () => {
  const listed = await s3.listObjectsV2({ Bucket, StartAfter: 'other/4' })
  expect(names(listed.Contents)).toEqual(keys.slice(6))
  expect(await s3.listObjectsV2({ Bucket, MaxKeys: 0 })).toMatchObject({
    KeyCount: 0,
    IsTruncated: false,
  })
})

test('encodes keys on demand', async () => {
  const listed = await s3.listObjectsV2({ Bucket, EncodingType: 'url' })
  expect(names(listed.Contents)?.slice(0, 3)).toEqual(['a', 'a+b%26c', 'dir/1'])
  expect((await raw(aws, { path: '/bucket?encoding-type=x&list-type=2' })).code).toBe(
    'InvalidArgument',
  )
})
