// SPDX-License-Identifier: Apache-2.0
import { SUITES, text } from './demo-page.ts'
import { expect, test } from './fixtures.ts'

for (const suite of ['committing', 'gcm'] as const) {
  test(`${suite}: one changed byte is noticed, nothing is saved`, async ({ demo }) => {
    const file = text(`tampered-${suite}.txt`, 'pay 100 to Alice. '.repeat(20))
    await demo.put(file, { suite: SUITES[suite] })
    await demo.flip()
    await expect(demo.hexDump.locator('mark')).toHaveCount(1)

    const failure = await demo.failToDownload()
    await expect(failure).toContainText('ERR_DECRYPTION_FAILED')
    await expect(failure).toContainText('somebody or something changed them')

    await test.step('changed back, it is the file again', async () => {
      await demo.flip()
      await expect(demo.object.getByRole('alert')).toBeHidden()
      expect((await demo.download()).content.equals(file.buffer)).toBe(true)
    })
  })
}

test('an empty file has a tag that can be tampered with', async ({ demo }) => {
  await demo.put(text('tampered-empty.txt', ''))
  await demo.flip()
  await expect(await demo.failToDownload()).toContainText('ERR_DECRYPTION_FAILED')
})

test('cbc: a changed byte is not noticed, which the page says', async ({ demo }) => {
  const file = text('tampered-cbc.txt', 'pay 100 to Alice. '.repeat(20))
  await demo.fill(file, { suite: SUITES.cbc })
  await expect(demo.status('About the suite')).toContainText('CBC is not authenticated')
  await demo.put(file, { suite: SUITES.cbc })
  await demo.flip()
  const { content } = await demo.download()
  expect(content).toHaveLength(file.buffer.length)
  expect(content.equals(file.buffer)).toBe(false)
  await expect(demo.object).toContainText('Not authenticated.')
})

test('another encryption context is refused before the key is asked for', async ({ demo, aws }) => {
  await demo.put(text('context.txt', 'for tenant 7'), { context: { tenant: '7' } })
  await demo.expectedContext.getByLabel('Value').fill('8')
  aws.kms.requests.clear()
  const failure = await demo.failToDownload()
  await expect(failure).toContainText('ERR_ENCRYPTION_CONTEXT_MISMATCH')
  expect(aws.kms.requests.of('Decrypt')).toEqual([])

  await test.step('so is none at all', async () => {
    await demo.expectedContext.getByRole('button', { name: 'Remove this entry' }).click()
    await expect(await demo.failToDownload()).toContainText('ERR_ENCRYPTION_CONTEXT_MISMATCH')
  })
})

test('a key that may only encrypt', async ({ demo }) => {
  await demo.put(text('write-only.txt', 'drop box'), { key: 'alias/write-only' })
  const failure = await demo.failToDownload()
  await expect(failure).toContainText('AccessDeniedException')
  await expect(failure).toContainText('does not allow this use of the key')
})

test('another key than the one it was written with', async ({ demo }) => {
  await demo.put(text('other-key.txt', 'sealed'))
  await demo.object.getByLabel('KMS key').selectOption('alias/write-only')
  await expect(await demo.failToDownload()).toContainText('What it means')
})

test('weaker suites are read only if the reader accepts them', async ({ demo }) => {
  const accept = demo.object.getByLabel('Accept')
  await demo.put(text('accept-gcm.txt', 'x'), { suite: SUITES.gcm })
  await accept.selectOption('committing')
  await expect(await demo.failToDownload()).toContainText('ERR_COMMITMENT_POLICY')

  await demo.put(text('accept-cbc.txt', 'x'), { suite: SUITES.cbc })
  await accept.selectOption('gcm')
  await expect(await demo.failToDownload()).toContainText('ERR_LEGACY_CONTENT_DISABLED')
})

test('an envelope that CORS hides is missed, and ciphertext not taken for the file', async ({
  demo,
  aws,
}) => {
  await demo.put(text('hidden.txt', 'x'))
  aws.s3.hideHeaders(/^x-amz-meta-/)
  try {
    await expect(await demo.failToDownload()).toContainText('ERR_ENVELOPE_MISSING')
    await demo.objects.getByRole('button', { name: 'hidden.txt' }).click()
    await expect(demo.object.getByRole('alert')).toContainText('no usable envelope')
  } finally {
    aws.s3.hideHeaders(undefined)
  }
})

test('S3 does not answer', async ({ demo, aws, page }) => {
  aws.s3.faults.add({
    operation: 'ListObjectsV2',
    kind: 'status',
    status: 403,
    code: 'AccessDenied',
  })
  await page.getByRole('button', { name: 'List again' }).click()
  await expect(page.getByRole('alert')).toContainText('AccessDenied')
  await page.getByRole('button', { name: 'List again' }).click()
  await expect(page.getByRole('alert')).toBeHidden()
  await expect(demo.status('Objects')).toContainText(/object|empty/)
})

test('a reserved name in the encryption context is refused before anything is sent', async ({
  demo,
  aws,
}) => {
  await demo.fill(text('reserved.txt', 'x'), { context: { 'aws:x-amz-cek-alg': '115' } })
  aws.s3.requests.clear()
  await demo.upload.getByRole('button', { name: 'Encrypt and upload' }).click()
  await expect(demo.upload.getByRole('alert')).toContainText('ERR_ENCRYPTION_CONTEXT_RESERVED')
  expect(aws.s3.requests.of('PutObject')).toEqual([])
})
