// SPDX-License-Identifier: Apache-2.0
/**
 * Who takes part.
 *
 * @module
 */

import { fileURLToPath } from 'node:url'
import { peers, type PeerRow } from '../../e2e/interop/peers.ts'

export const OURS = 's3-cse'

const us: PeerRow = {
  name: OURS,
  title: 'this library, Node.js',
  folder: fileURLToPath(new URL('.', import.meta.url)),
  needs: [],
  run: [process.execPath, '--import', 'tsx', 'ours.ts'],
  policies: ['require-require'],
}

/** The matrix keeps heaps small, since it runs several peers at a time. */
const unbounded = (row: PeerRow): PeerRow => ({
  ...row,
  run: row.run.filter((word) => !word.startsWith('-Xmx')) as [string, ...string[]],
})

export const contestants: readonly PeerRow[] = [us, ...peers.map(unbounded)]
