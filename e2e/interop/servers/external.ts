// SPDX-License-Identifier: Apache-2.0
/**
 * Servers of other projects: each folder here says in its `server.json` what it runs, and what that
 * needs. One that knows no KMS is given that of the local AWS.
 *
 * @module
 */

import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { existsSync, mkdirSync, mkdtempSync, readdirSync, readFileSync } from 'node:fs'
import { rm } from 'node:fs/promises'
import { createServer, type AddressInfo } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as delay } from 'node:timers/promises'
import { fileURLToPath } from 'node:url'
import { startLocalAws } from '../../local-aws/index.ts'
import type { ServerAddress } from '../protocol.ts'

type Command = readonly [string, ...string[]]

/** What `server.json` holds. */
interface ServerFile {
  readonly name: string
  /** What it is, for people. */
  readonly title: string
  /** Commands that must be there. */
  readonly needs: readonly string[]
  /** Installs what the manifest names and builds. */
  readonly install: readonly Command[]
  /** Placeholders: `{port}`, `{accessKeyId}`, `{secretAccessKey}`, `{directory}`. */
  readonly run: Command
  /** Whether KMS is served too, at the same address. */
  readonly kms: boolean
  /** Whether Amazon Cognito is. */
  readonly cognito: boolean
}

export interface ExternalServer extends ServerFile {
  /** Absolute path. */
  readonly folder: string
}

const root = fileURLToPath(new URL('.', import.meta.url))
const REGION = 'us-east-1'
const STARTUP_TIMEOUT = 60_000 // ms

export const externalServers: readonly ExternalServer[] = readdirSync(root)
  .sort()
  .map((name) => join(root, name))
  .filter((folder) => existsSync(join(folder, 'server.json')))
  .map((folder) => ({
    ...(JSON.parse(readFileSync(join(folder, 'server.json'), 'utf8')) as ServerFile),
    folder,
  }))

/** Starts one that is installed, on a free port of the loopback interface, with nothing in it. */
export async function startExternal(
  server: ExternalServer,
): Promise<{ readonly address: ServerAddress; stop(): Promise<void> }> {
  const aws = await startLocalAws()
  const directory = mkdtempSync(join(tmpdir(), `${server.name}-`))
  for (const name of ['objects', 'sidecar']) mkdirSync(join(directory, name))
  const port = await freePort()
  const values: Record<string, string> = { port: String(port), directory, ...aws.credentials }
  const [command, ...args] = server.run.map((word) =>
    word.replace(/\{(\w+)\}/g, (whole, name: string) => values[name] ?? whole),
  ) as [string, ...string[]]

  const child = spawn(command, args, { cwd: server.folder, stdio: ['ignore', 'pipe', 'pipe'] })
  const exited = once(child, 'exit')
  const log: string[] = []
  for (const stream of [child.stdout, child.stderr]) {
    stream.setEncoding('utf8').on('data', (text: string) => {
      log.push(text)
      if (log.length > 200) log.shift()
    })
  }
  const stop = async () => {
    child.kill('SIGTERM')
    const killer = setTimeout(() => child.kill('SIGKILL'), 5000)
    await exited
    clearTimeout(killer)
    await aws.stop()
    await rm(directory, { recursive: true, maxRetries: 5 })
  }

  const endpoint = `http://127.0.0.1:${port}`
  try {
    await answering(endpoint, () => child.exitCode === null && child.signalCode === null)
  } catch (error) {
    await stop()
    throw new Error(`${server.name} did not start:\n${log.join('').slice(-4000)}`, { cause: error })
  }
  const address = {
    s3: endpoint,
    kms: server.kms ? endpoint : aws.kms.endpoint,
    region: REGION,
    ...aws.credentials,
    ...(server.cognito ? { identityPoolId: await identityPool(endpoint) } : {}),
  }
  return { address, stop }
}

/** Makes a pool whose visitors need no sign-in. */
async function identityPool(endpoint: string): Promise<string> {
  const response = await fetch(endpoint, {
    method: 'POST',
    headers: {
      'content-type': 'application/x-amz-json-1.1',
      'x-amz-target': 'AWSCognitoIdentityService.CreateIdentityPool',
      // Tells the service; nobody looks at the signature.
      authorization: `AWS4-HMAC-SHA256 Credential=key/20260101/${REGION}/cognito-identity/aws4_request, SignedHeaders=host, Signature=0`,
    },
    body: JSON.stringify({ IdentityPoolName: 'pool', AllowUnauthenticatedIdentities: true }),
  })
  const { IdentityPoolId } = (await response.json()) as { IdentityPoolId?: string }
  if (IdentityPoolId === undefined) throw new Error(`${endpoint} made no identity pool`)
  return IdentityPoolId
}

/** Waits until something answers, whatever it says. */
async function answering(endpoint: string, alive: () => boolean): Promise<void> {
  const deadline = AbortSignal.timeout(STARTUP_TIMEOUT)
  for (;;) {
    deadline.throwIfAborted()
    if (!alive()) throw new Error('it ended')
    try {
      const response = await fetch(endpoint, { signal: deadline })
      await response.body?.cancel()
      return
    } catch {
      await delay(100)
    }
  }
}

async function freePort(): Promise<number> {
  const server = createServer().listen(0, '127.0.0.1')
  await once(server, 'listening')
  const { port } = server.address() as AddressInfo
  server.close()
  await once(server, 'close')
  return port
}
