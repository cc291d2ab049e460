// SPDX-License-Identifier: Apache-2.0
/**
 * The servers that the clients meet: the local AWS with all combinations, those of other projects with a
 * selection.
 *
 * @module
 */

import { startLocalAws } from '../local-aws/index.ts'
import type { ServerAddress } from './protocol.ts'
import { externalServers, startExternal } from './servers/external.ts'
import type { Installable } from './toolchains.ts'

export interface Server {
  readonly address: ServerAddress
  /** Calls of an operation of KMS so far, where the server tells. */
  readonly kmsCalls?: (operation: string) => number
  stop(): Promise<void>
}

export interface ServerRow extends Installable {
  /** What it is, for people. */
  readonly title: string
  /** Whether it meets all combinations, or a selection. */
  readonly all: boolean
  start(): Promise<Server>
}

export const localAws: ServerRow = {
  name: 'local-aws',
  title: 'e2e/local-aws',
  folder: '.',
  needs: [],
  all: true,
  async start() {
    const aws = await startLocalAws()
    const { s3, kms, credentials } = aws
    return {
      address: { s3: s3.endpoint, kms: kms.endpoint, region: 'us-east-1', ...credentials },
      kmsCalls: (operation) =>
        kms.requests.entries.filter((call) => call.operation === operation).length,
      stop: () => aws.stop(),
    }
  },
}

export const servers: readonly ServerRow[] = [
  localAws,
  ...externalServers.map((row) => ({ ...row, all: false, start: () => startExternal(row) })),
]
