// SPDX-License-Identifier: Apache-2.0
import { randomBytes } from 'node:crypto'
import { expect, test } from './fixtures.ts'

const MiB = 2 ** 20
const file = (name: string) => ({
  name,
  mimeType: 'application/octet-stream',
  buffer: randomBytes(8 * MiB),
})
const stalled = { kind: 'stall', times: 1 } as const

test('an upload shows how far it is, and can be cancelled', async ({ demo, aws }) => {
  const large = file('cancelled.bin')
  const fault = aws.s3.faults.add({ ...stalled, operation: 'UploadPart', partNumber: 2 })
  await demo.fill(large)
  await demo.upload.getByRole('button', { name: 'Encrypt and upload' }).click()
  await fault.reached
  const progress = demo.upload.getByRole('progressbar')
  await expect(progress).toHaveJSProperty('max', 8 * MiB + 16)
  await expect(progress).toHaveJSProperty('value', 7 * MiB)

  await demo.upload.getByRole('button', { name: 'Cancel the upload' }).click()
  await expect(demo.status('Upload')).toHaveText('Cancelled: nothing was uploaded.')
  await expect(progress).toBeHidden()
  await expect(demo.objects.getByRole('button', { name: large.name })).toBeHidden()
  expect(aws.s3.requests.of('AbortMultipartUpload')).toHaveLength(1)
  fault.release()
})

test('so does a download', async ({ demo, aws }) => {
  const large = file('large.bin')
  await demo.put(large)
  const fault = aws.s3.faults.add({ ...stalled, operation: 'GetObject', key: large.name, skip: 1 })
  await demo.downloadButton.click()
  await fault.reached
  const progress = demo.object.getByRole('progressbar')
  await expect(progress).toHaveJSProperty('max', 8 * MiB + 16)
  await demo.object.getByRole('button', { name: 'Cancel the download' }).click()
  await expect(demo.status('Download')).toHaveText('Cancelled: nothing was saved.')
  await expect(demo.object.getByRole('alert')).toBeHidden()
  fault.release()

  const { content } = await demo.download()
  expect(content.equals(large.buffer)).toBe(true)
})
