// SPDX-License-Identifier: Apache-2.0
/**
 * Amazon S3, KMS and Cognito Identity on the loopback interface: test equipment.
 *
 * @module
 */

import { mkdirSync, mkdtempSync } from 'node:fs'
import { rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { IDENTITY_POOL_ID } from './api/cognito.ts'
import { KeyStore } from './api/kms-keys.ts'
import { apiListener, type LoggedCall } from './api/server.ts'
import type { Controls } from './control.ts'
import { CredentialStore } from './credentials.ts'
import { Faults, type Fault } from './faults.ts'
import { listen, loopbackServer } from './http.ts'
import { RequestLog } from './request-log.ts'
import { s3Listener, type LoggedRequest } from './s3/server.ts'
import { Store } from './s3/store.ts'

export type { LoggedCall } from './api/server.ts'
export type { Fault, FaultHandle, Faults } from './faults.ts'
export type { RequestLog } from './request-log.ts'
export type { LoggedRequest } from './s3/server.ts'

export interface LocalAwsOptions {
  /** Where objects and keys are kept. @default a new one, removed on stop */
  readonly directory?: string | undefined
  /** Of S3. @default any */
  readonly port?: number | undefined
  /** Of KMS and Cognito Identity. @default any */
  readonly apiPort?: number | undefined
  /** Of the administrator, who may do everything. */
  readonly credentials?: LocalAws['credentials'] | undefined
}

export interface LocalAws {
  readonly s3: {
    readonly endpoint: string
    readonly faults: Faults
    readonly requests: RequestLog<LoggedRequest>
    /** Changes one bit of a stored object, past its checksum. @param offset - 0 by default. */
    flipByte(bucket: string, key: string, offset?: number): Promise<void>
    /** Makes an object older. @param by - milliseconds. */
    age(bucket: string, key: string, by: number): void
    /** Response headers that CORS shall not show to a page; nothing ends it. */
    hideHeaders(names: RegExp | undefined): void
  }
  /** One address; the region of a request is the one it is signed for. */
  readonly kms: {
    readonly endpoint: string
    /** Only what happens before an operation: `status`, `delay`, `replace`, `reset`, `stall`. */
    readonly faults: Faults
    readonly requests: RequestLog<LoggedCall>
  }
  readonly cognito: { readonly endpoint: string; readonly identityPoolId: string }
  readonly credentials: { readonly accessKeyId: string; readonly secretAccessKey: string }
  /** Closes everything at once, open connections included. */
  stop(): Promise<void>
}

/** The ones of AWS's documentation: known to be no secret. */
const EXAMPLE_CREDENTIALS = {
  accessKeyId: 'AKIAIOSFODNN7EXAMPLE',
  secretAccessKey: 'wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY',
}

export async function startLocalAws({
  directory,
  port = 0,
  apiPort = 0,
  credentials = EXAMPLE_CREDENTIALS,
}: LocalAwsOptions = {}): Promise<LocalAws> {
  const root = directory ?? mkdtempSync(join(tmpdir(), 'local-aws-'))
  const objects = join(root, 's3')
  mkdirSync(objects, { recursive: true })
  const known = new CredentialStore(credentials)
  const s3 = { ...equipment<LoggedRequest>(), store: new Store(objects), credentials: known }
  const api = {
    ...equipment<LoggedCall>(),
    keys: new KeyStore(join(root, 'kms.json')),
    credentials: known,
  }

  let hidden: RegExp | undefined
  const flipByte = async (bucket: string, key: string, offset = 0): Promise<void> => {
    await s3.store.bucket(bucket).flip(key, offset)
  }
  const s3Controls: Controls = {
    ...s3.controls,
    'POST flip': (input) => {
      const { bucket, key, offset } = input as { bucket: string; key: string; offset?: number }
      return flipByte(bucket, key, offset)
    },
    'POST hide-headers': (input) => {
      const { names } = input as { names?: string | null }
      hidden = names == null ? undefined : new RegExp(names)
    },
  }

  const s3Server = await listen(
    loopbackServer(s3Listener({ ...s3, controls: s3Controls, hidden: () => hidden })),
    port,
  )
  const apiServer = await listen(loopbackServer(apiListener(api)), apiPort)

  return {
    s3: {
      endpoint: s3Server.endpoint,
      faults: s3.faults,
      requests: s3.requests,
      flipByte,
      age(bucket, key, by) {
        s3.store.bucket(bucket).age(key, by)
      },
      hideHeaders(names) {
        hidden = names
      },
    },
    kms: { endpoint: apiServer.endpoint, faults: api.faults, requests: api.requests },
    cognito: { endpoint: apiServer.endpoint, identityPoolId: IDENTITY_POOL_ID },
    credentials,
    async stop() {
      s3.faults.clear()
      api.faults.clear()
      await Promise.all([s3Server.close(), apiServer.close()])
      if (directory === undefined) await rm(root, { recursive: true, maxRetries: 5 })
    },
  }
}

/** What both servers offer to tests, in the process and over HTTP. */
function equipment<Entry extends { readonly operation: string }>(): {
  faults: Faults
  requests: RequestLog<Entry>
  controls: Controls
} {
  const faults = new Faults()
  const requests = new RequestLog<Entry>()
  return {
    faults,
    requests,
    controls: {
      'GET faults': () => faults.list(),
      'POST faults': (fault) => {
        faults.add(fault as Fault)
      },
      'DELETE faults': () => {
        faults.clear()
      },
      'GET requests': () => requests.entries,
      'DELETE requests': () => {
        requests.clear()
      },
    },
  }
}
