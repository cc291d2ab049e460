// SPDX-License-Identifier: Apache-2.0
/**
 * The local S3 in a process of its own, for programs whose speed or memory is looked at.
 *
 * @module
 */

import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { createInterface } from 'node:readline'
import { fileURLToPath } from 'node:url'

/** A running server. */
export interface LocalS3 {
  readonly endpoint: string
  /** Address of KMS. */
  readonly kms: string
  readonly credentials: { readonly accessKeyId: string; readonly secretAccessKey: string }
  readonly stop: () => Promise<void>
}

/** Starts it; objects are kept on disk, in a folder that goes with it. */
export async function startLocalS3(): Promise<LocalS3> {
  const program = fileURLToPath(new URL('main.ts', import.meta.url))
  const server = spawn(process.execPath, ['--import', 'tsx', program], {
    stdio: ['ignore', 'pipe', 'inherit'],
  })
  const variables = new Map<string, string>()
  for await (const line of createInterface(server.stdout)) {
    const [, name = '', value = ''] = /^export (\w+)=(.*)$/.exec(line) ?? []
    variables.set(name, value)
    if (name === 'AWS_REGION') break
  }
  const variable = (name: string) => {
    const value = variables.get(name)
    if (value === undefined) throw new Error(`The local AWS did not say ${name}`)
    return value
  }
  return {
    endpoint: variable('AWS_ENDPOINT_URL_S3'),
    kms: variable('AWS_ENDPOINT_URL_KMS'),
    credentials: {
      accessKeyId: variable('AWS_ACCESS_KEY_ID'),
      secretAccessKey: variable('AWS_SECRET_ACCESS_KEY'),
    },
    async stop() {
      const exit = once(server, 'exit')
      server.kill('SIGTERM')
      await exit
    },
  }
}
