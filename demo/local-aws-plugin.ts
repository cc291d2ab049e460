// SPDX-License-Identifier: Apache-2.0
/**
 * Vite plugin that gives the page a local AWS and tells it where that is.
 *
 * @module
 */

import { mkdtempSync, rmSync } from 'node:fs'
import type { IncomingMessage, ServerResponse } from 'node:http'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { Plugin, PreviewServer, ViteDevServer } from 'vite'
import { startLocalAws, type LocalAws } from '../e2e/local-aws/index.ts'
import { seedDemo } from './seed.ts'
import { DEMO_CONFIG_PATH, type DemoConfig } from './src/demo-config.ts'

/** Environment variable with the configuration of a local AWS that runs already, as JSON. */
export const DEMO_CONFIG_VARIABLE = 'S3_CSE_DEMO_CONFIG'

/** @param given - of a local AWS that runs already; otherwise one is started, and stopped at the end. */
export function localAwsPlugin(given = configFromEnvironment()): Plugin {
  let started: LocalAws | undefined

  async function serve(server: ViteDevServer | PreviewServer): Promise<void> {
    let config = given
    if (config === undefined) {
      started ??= await startForThisProcess()
      config = await seedDemo(started)
    }
    const body = JSON.stringify(config)
    server.middlewares.use(
      DEMO_CONFIG_PATH,
      (_request: IncomingMessage, response: ServerResponse) => {
        response.setHeader('content-type', 'application/json')
        response.setHeader('cache-control', 'no-store')
        response.end(body)
      },
    )
    server.httpServer?.once('close', () => {
      void started?.stop()
      started = undefined
    })
  }

  return { name: 'local-aws', configureServer: serve, configurePreviewServer: serve }
}

/** Leaves nothing behind, however the process ends: Vite does not wait for plugins then. */
function startForThisProcess(): Promise<LocalAws> {
  const directory = mkdtempSync(join(tmpdir(), 's3-cse-demo-'))
  process.once('exit', () => {
    rmSync(directory, { recursive: true, force: true })
  })
  process.once('SIGINT', () => process.exit(130)) // 128 + SIGINT, as shells count
  return startLocalAws({ directory })
}

function configFromEnvironment(): DemoConfig | undefined {
  const json = process.env[DEMO_CONFIG_VARIABLE]
  return json === undefined ? undefined : (JSON.parse(json) as DemoConfig)
}
