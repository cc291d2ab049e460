// SPDX-License-Identifier: Apache-2.0
import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { createInterface } from 'node:readline'
import { fileURLToPath } from 'node:url'
import { S3 } from '@aws-sdk/client-s3'
import { expect, test } from 'vitest'

test.each(['SIGINT', 'SIGTERM'] as const)('the command runs until %s', async (signal) => {
  const command = fileURLToPath(new URL('main.ts', import.meta.url))
  const child = spawn(process.execPath, ['--import', 'tsx', command, '--port', '0'], {
    stdio: ['ignore', 'pipe', 'inherit'],
  })
  const exited = once(child, 'exit')
  const env: Record<string, string> = {}
  for await (const line of createInterface(child.stdout)) {
    const [, name, value] = /^export (\w+)=(.+)$/.exec(line) ?? []
    if (name !== undefined && value !== undefined) env[name] = value
    if (name === 'AWS_REGION') break
  }
  const s3 = new S3({
    endpoint: env['AWS_ENDPOINT_URL_S3'] ?? '',
    region: env['AWS_REGION'] ?? '',
    credentials: {
      accessKeyId: env['AWS_ACCESS_KEY_ID'] ?? '',
      secretAccessKey: env['AWS_SECRET_ACCESS_KEY'] ?? '',
    },
  })
  expect((await s3.listBuckets()).Buckets).toEqual([])
  // With a connection still open.
  child.kill(signal)
  expect(await exited).toEqual([0, null])
  s3.destroy()
})
