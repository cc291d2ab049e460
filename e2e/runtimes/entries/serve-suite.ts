// SPDX-License-Identifier: Apache-2.0
/**
 * A worker that runs the suite when it is asked to.
 *
 * @module
 */

import type { Library } from '../../../conformance/library.ts'
import { runSuite } from '../suite.ts'

/** Handler of requests whose body is the origin of the process that started the runtime. */
export function serveSuite(packages: Omit<Library, 'aws' | 'traits'>) {
  return {
    async fetch(request: Request): Promise<Response> {
      await runSuite(await request.text(), navigator.userAgent, packages)
      return new Response('done')
    },
  }
}
