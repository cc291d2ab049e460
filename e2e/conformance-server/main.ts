// SPDX-License-Identifier: Apache-2.0
/**
 * Runs the conformance server until it is interrupted. S3 and KMS are AWS's, or those that
 * `AWS_ENDPOINT_URL_S3` and `AWS_ENDPOINT_URL_KMS` name; region and credentials come from where the SDK
 * looks for them.
 *
 *     tsx e2e/conformance-server/main.ts [--port N]
 *
 * @module
 */

import { parseArgs } from 'node:util'
import { startConformanceServer } from './server.ts'

const { values } = parseArgs({ options: { port: { type: 'string' } } })
const server = await startConformanceServer({ port: Number(values.port ?? 0) })
console.log(server.endpoint)

for (const signal of ['SIGINT', 'SIGTERM'] as const) {
  process.once(signal, () => void server.close())
}
