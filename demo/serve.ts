// SPDX-License-Identifier: Apache-2.0
/**
 * Serves the page for a local AWS that the caller has started.
 *
 * @module
 */

import { createServer } from 'vite'
import type { LocalAws } from '../e2e/local-aws/index.ts'
import { localAwsPlugin } from './local-aws-plugin.ts'
import { seedDemo } from './seed.ts'
import { pageConfig } from './vite.config.ts'

export interface ServeDemoOptions {
  /** Seeded here; stopping it is the caller's business. */
  readonly aws: LocalAws
  /** @defaultValue 0, which is any */
  readonly port?: number | undefined
}

export interface ServedDemo {
  /** Address of the page. */
  readonly url: string
  stop(): Promise<void>
}

export async function serveDemo({ aws, port = 0 }: ServeDemoOptions): Promise<ServedDemo> {
  const server = await createServer({
    ...pageConfig,
    configFile: false,
    logLevel: 'warn',
    plugins: [localAwsPlugin(await seedDemo(aws))],
    // Whoever only uses the page shall not have it reload under the hands.
    server: { ...pageConfig.server, port, hmr: false, watch: null },
  })
  await server.listen()
  const [url] = server.resolvedUrls?.local ?? []
  if (url === undefined) throw new Error('The demo has no address.')
  return { url, stop: () => server.close() }
}
