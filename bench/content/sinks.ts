// SPDX-License-Identifier: Apache-2.0
/**
 * What becomes of the output: both sides of a comparison are treated alike.
 *
 * @module
 */

import { release } from '@s3-cse/core'
import type { Sink } from './subject.ts'
import { TAG } from './test-object.ts'

export const sinks = {
  /** Given back at once, as by a consumer that is done with it. */
  freed: (bytes: Uint8Array) => {
    const { buffer } = bytes as Uint8Array<ArrayBuffer>
    // A view of a pool that others use is not ours to free.
    if (bytes.length > 0 && bytes.length + TAG >= buffer.byteLength) release(new Uint8Array(buffer))
  },
  /** Left to the garbage collector. */
  left: () => undefined,
} satisfies Record<string, Sink>

export type SinkName = keyof typeof sinks
