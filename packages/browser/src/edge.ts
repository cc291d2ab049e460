// SPDX-License-Identifier: Apache-2.0
/**
 * The same for workers: service workers, web workers, Cloudflare Workers and other edge runtimes. Bundlers
 * that know the conditions `workerd`, `worker` or `edge-light` take it by themselves.
 *
 * @module
 */

import './dom-parser.ts'

export * from './index.ts'
