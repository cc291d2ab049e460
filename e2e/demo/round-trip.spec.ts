// SPDX-License-Identifier: Apache-2.0
import { randomBytes } from 'node:crypto'
import { SUITES, text, type UploadedFile } from './demo-page.ts'
import { expect, test } from './fixtures.ts'
import { decryptIndependently, sha256 } from './independent.ts'

const bucket = 'demo'

const binary = (name: string, length: number): UploadedFile => ({
  name,
  mimeType: 'application/octet-stream',
  buffer: randomBytes(length),
})

const suites = [
  {
    name: 'committing',
    fields: ['x-amz-c', 'x-amz-d', 'x-amz-i', 'x-amz-3', 'x-amz-w', 'x-amz-t'],
    opinion: { format: 3, suite: '115' },
    stored: (length: number) => length + 16,
  },
  {
    name: 'gcm',
    fields: [
      'x-amz-key-v2',
      'x-amz-wrap-alg',
      'x-amz-matdesc',
      'x-amz-cek-alg',
      'x-amz-iv',
      'x-amz-tag-len',
      'x-amz-unencrypted-content-length',
    ],
    opinion: { format: 2, suite: 'AES/GCM/NoPadding' },
    stored: (length: number) => length + 16,
  },
  {
    name: 'cbc',
    fields: [
      'x-amz-key-v2',
      'x-amz-wrap-alg',
      'x-amz-matdesc',
      'x-amz-cek-alg',
      'x-amz-iv',
      'x-amz-unencrypted-content-length',
    ],
    opinion: { format: 2, suite: 'AES/CBC/PKCS5Padding' },
    stored: (length: number) => (Math.floor(length / 16) + 1) * 16,
  },
] as const

for (const { name, fields, opinion, stored } of suites) {
  test(`${name}: put, look at it, list it, get the same bytes back`, async ({
    demo,
    aws,
    complaints,
  }) => {
    const file = binary(`${name}.bin`, 5000)
    await demo.put(file, { suite: SUITES[name], context: { tenant: '7', name: 'Müller' } })

    await test.step('the envelope is shown, each field with its meaning', async () => {
      const names = demo.envelope.getByRole('rowheader').locator('code')
      expect((await names.allTextContents()).sort()).toEqual([...fields].sort())
      for (const cell of await demo.envelope.getByRole('cell').all()) {
        await expect(cell).toHaveText(/\S.*[.)]$/)
      }
      await expect(demo.envelope).toContainText('"tenant":"7"')
    })

    await test.step('the ciphertext is what the bucket holds', async () => {
      const length = stored(file.buffer.length).toLocaleString('en')
      await expect(demo.object).toContainText(`The first 256 of ${length} bytes`)
      await expect(demo.hexDump).toContainText('00f0')
    })

    await test.step('it is listed, and downloads as it was', async () => {
      await demo.objects.getByRole('button', { name: file.name }).click()
      const { name: saved, content } = await demo.download()
      expect(saved).toBe(file.name)
      expect(content.equals(file.buffer)).toBe(true)
      await expect(demo.object).toContainText(sha256(file.buffer))
    })

    await test.step('node:crypto and KMS alone read the same', async () => {
      expect(await decryptIndependently(aws, { bucket, key: file.name })).toEqual({
        ...opinion,
        sha256: sha256(file.buffer),
        length: file.buffer.length,
      })
    })

    expect(complaints).toEqual([])
  })
}

test('an empty file is one too', async ({ demo, aws }) => {
  const file = text('empty.txt', '')
  await demo.put(file)
  await expect(demo.object).toContainText('16 bytes, as S3 returns them')
  expect((await demo.download()).content).toHaveLength(0)
  expect(await decryptIndependently(aws, { bucket, key: file.name })).toMatchObject({ length: 0 })
})

test('names are whatever people give files, and text is shown', async ({ demo }) => {
  const file = text('Übersicht – Straße & 100 % (Größe).txt', 'Zwölf Boxkämpfer, 日本語')
  await demo.put(file)
  await demo.objects.getByRole('button', { name: file.name }).click()
  const { name, content } = await demo.download()
  expect(content.equals(file.buffer)).toBe(true)
  // Chromium replaces what file systems might not take.
  expect(name).toContain('Übersicht – Straße')
  await expect(demo.page.getByRole('region', { name: 'Decrypted text' })).toHaveText(
    'Zwölf Boxkämpfer, 日本語',
  )
})

test('an image is shown', async ({ demo, page }) => {
  const svg =
    '<svg xmlns="http://www.w3.org/2000/svg" width="9" height="7"><script>alert(1)</script></svg>'
  await demo.put({ name: 'image.svg', mimeType: 'image/svg+xml', buffer: Buffer.from(svg) })
  await demo.download()
  await expect(page.getByRole('img', { name: 'The decrypted image' })).toHaveJSProperty(
    'naturalWidth',
    9,
  )
})

test('the KMS key may lie in another region', async ({ demo, aws }) => {
  const file = text('region.txt', 'from Ireland')
  aws.kms.requests.clear()
  await demo.put(file, { key: 'alias/demo-eu' })
  expect((await demo.download()).content.equals(file.buffer)).toBe(true)
  expect(
    aws.kms.requests.of('GenerateDataKey', 'Decrypt').map(({ operation, region }) => ({
      operation,
      region,
    })),
  ).toEqual([
    { operation: 'GenerateDataKey', region: 'eu-west-1' },
    { operation: 'Decrypt', region: 'eu-west-1' },
  ])
  const opinion = await decryptIndependently(aws, {
    bucket,
    key: file.name,
    kmsRegion: 'eu-west-1',
  })
  expect(opinion.sha256).toBe(sha256(file.buffer))
})

test('no plaintext leaves the page, and no secret', async ({ demo, page }) => {
  const marker = 'the-plaintext-of-this-file'
  const sent: string[] = []
  page.on('request', (request) => {
    sent.push(`${request.url()}\n${request.postDataBuffer()?.toString('latin1') ?? ''}`)
  })
  await demo.put(text('secret.txt', marker.repeat(3)))
  expect(sent.some((request) => request.includes('/demo/secret.txt'))).toBe(true)
  expect(sent.filter((request) => request.includes(marker))).toEqual([])
  const kept = await page.evaluate(() => localStorage.length)
  expect(kept).toBe(0)
})

test('deleting asks first', async ({ demo, page }) => {
  const file = text('doomed.txt', 'bye')
  await demo.put(file)
  const listed = demo.objects.getByRole('button', { name: file.name })
  const dialog = page.getByRole('dialog', { name: 'Delete this object?' })

  await demo.object.getByRole('button', { name: 'Delete' }).click()
  await expect(dialog).toContainText(file.name)
  await dialog.getByRole('button', { name: 'Keep it' }).click()
  await expect(listed).toBeVisible()

  await demo.object.getByRole('button', { name: 'Delete' }).click()
  await dialog.getByRole('button', { name: 'Delete' }).click()
  await expect(listed).toBeHidden()
  await expect(demo.object).toBeHidden()
})
