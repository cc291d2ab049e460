// SPDX-License-Identifier: Apache-2.0
/**
 * The servers that the clients meet: one row each.
 *
 * @module
 */

import { startLocalAws } from '../local-aws/index.ts'
import type { ServerAddress } from './protocol.ts'

export interface Server {
  readonly address: ServerAddress
  stop(): Promise<void>
}

export interface ServerRow {
  readonly name: string
  readonly title: string
  /** All combinations, or a selection. */
  readonly extent: 'all' | 'selection'
  start(): Promise<Server>
}

export const LOCAL_AWS = 'local-aws'

const REGION = 'us-east-1'

export const servers: readonly ServerRow[] = [
  {
    name: LOCAL_AWS,
    title: 'e2e/local-aws',
    extent: 'all',
    async start() {
      const aws = await startLocalAws()
      return {
        address: {
          s3: aws.s3.endpoint,
          kms: aws.kms.endpoint,
          region: REGION,
          ...aws.credentials,
        },
        stop: () => aws.stop(),
      }
    },
  },
]
