// SPDX-License-Identifier: Apache-2.0
/**
 * This library as a peer in a process of its own, for benchmarks only: large objects by `upload()` and
 * `download()`, small ones by `putObject()` and `getObject()`.
 *
 * @module
 */

import { readFile } from 'node:fs/promises'
import { createInterface } from 'node:readline'
import { kmsKeyring, S3EncryptionClient } from '@s3-cse/node'
import type { Answer, Benchmark, Request } from '../../e2e/interop/protocol.ts'
import { encryptedStore } from '../end-to-end/encrypted-store.ts'
import type { Store } from '../end-to-end/store.ts'
import { OURS } from './contestants.ts'

const LARGE = 8 * 2 ** 20 // bytes

function open({ server, keyring, bucket }: Request): { store: Store; close: () => void } {
  const { s3: endpoint, kms, region, ...credentials } = server
  const client = new S3EncryptionClient({
    endpoint,
    region,
    credentials,
    forcePathStyle: true,
    keyring: kmsKeyring({ keyId: keyring.kmsKeyId ?? '', clientConfig: { endpoint: kms } }),
  })
  return {
    store: encryptedStore(client, bucket),
    close: () => {
      client.destroy()
    },
  }
}

async function seconds(request: Benchmark & Request): Promise<number> {
  const { key, file, bench } = request
  const { store, close } = open(request)
  const body = new Uint8Array(await readFile(file))
  const large = bench.size >= LARGE
  const put = (name: string) => (large ? store.putLarge(name, body) : store.putSmall(name, body))
  const get = (name: string) => (large ? store.getLarge(name) : store.getSmall(name))
  let next = 0
  const work = async () => {
    while (next < bench.count) {
      const name = `${key}-${next++}`
      await (bench.of === 'put' ? put(name) : get(name))
    }
  }
  const start = performance.now()
  await Promise.all(Array.from({ length: bench.concurrency }, work))
  const taken = (performance.now() - start) / 1000
  close()
  return taken
}

async function answer(request: Request): Promise<Answer> {
  const { id } = request
  if (request.op !== 'bench') {
    return { id, ok: false, kind: 'unsupported', error: 'Unsupported', message: request.op }
  }
  try {
    return { id, ok: true, seconds: await seconds(request) }
  } catch (error) {
    const { name, message } = error as Error
    return { id, ok: false, kind: 'error', error: name, message }
  }
}

const say = (line: object) => {
  console.log(JSON.stringify(line))
}
say({ ready: true, peer: OURS, version: '' })
for await (const line of createInterface(process.stdin))
  say(await answer(JSON.parse(line) as Request))
