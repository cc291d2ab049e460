import { randomBytes } from 'node:crypto'
import {
  CompleteMultipartUploadCommand,
  CreateMultipartUploadCommand,
  UploadPartCommand,
} from '@aws-sdk/client-s3'
import { gcmCipher, memorySink, type GcmCipherFactory } from '@s3-cse/client'
import { expect, test, vi } from 'vitest'
import { BUCKET, bytes, freshKey, useAccount } from './support.ts'

const account = useAccount()
const content = randomBytes(200_000)

/** A client of the common cipher that counts how often it is asked for. */
function counted() {
  const cipher = vi.fn<GcmCipherFactory>(gcmCipher)
  const client = account.client({ content: { cipher, chunkSize: 65_536 } })
  return { cipher, client }
}

test('everything that moves content asks the given cipher', async () => {
  const object = { Bucket: BUCKET, Key: freshKey() }
  const { cipher, client } = counted()

  await client.putObject({ ...object, Body: content })
  expect(cipher).toHaveBeenCalledTimes(1)

  const modes = [
    [{}, 1],
    [{ delayedAuthentication: true }, 1],
    [{ twoPassAuthentication: true }, 2],
  ] as const
  for (const [mode, calls] of modes) {
    cipher.mockClear()
    expect((await bytes(await client.getObject(object, mode))).equals(content)).toBe(true)
    expect(cipher).toHaveBeenCalledTimes(calls)
  }

  cipher.mockClear()
  await client.upload({ ...object, Body: content }, { onState: () => undefined })
  expect(cipher).toHaveBeenCalledTimes(1)

  cipher.mockClear()
  const sink = memorySink()
  await client.download(object, sink)
  expect(Buffer.from(sink.bytes ?? []).equals(content)).toBe(true)
  expect(cipher).toHaveBeenCalledTimes(1)

  cipher.mockClear()
  const { UploadId } = await client.send(new CreateMultipartUploadCommand(object))
  const part = { ...object, UploadId, PartNumber: 1 }
  const { ETag } = await client.send(new UploadPartCommand({ ...part, Body: content }))
  const Parts = [{ ETag, PartNumber: 1 }]
  await client.send(
    new CompleteMultipartUploadCommand({ ...object, UploadId, MultipartUpload: { Parts } }),
  )
  expect(cipher).toHaveBeenCalledTimes(1)
})

test.each([
  [{ chunkSize: 17 }, 'content.chunkSize'],
  [{ concurrency: 0 }, 'content.concurrency'],
])('%o is refused when the client is made', (content, named) => {
  expect(() => account.client({ content })).toThrow(
    expect.objectContaining({
      code: 'ERR_CONFIGURATION',
      message: expect.stringContaining(named) as string,
    }),
  )
})
