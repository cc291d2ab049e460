// SPDX-License-Identifier: Apache-2.0
/**
 * What a platform supplies to transfers: sources that can be read anywhere, and sinks that show their
 * content only when it is complete.
 *
 * @module
 */

import type { Bytes } from '@s3-cse/core'

/** Content that can be read in any order, such as a file. */
export interface Source {
  /** Called once for each upload. */
  open(): Promise<OpenSource>
}

/** A source while a transfer uses it. */
export interface OpenSource {
  /** Bytes in all. */
  readonly size: number
  /**
   * Changes when the content does, as far as the platform can tell: a modification time, for example.
   * A resumed upload refuses a source whose fingerprint is another.
   */
  readonly fingerprint: string | undefined
  /** Bytes from `start` up to, not including, `end`. Fewer if the source was shortened meanwhile. */
  read(start: number, end: number): Promise<Bytes>
  /** Called once, when nothing more will be read. */
  close(): Promise<void>
}

/** Where downloaded content goes. */
export interface Sink {
  /** Called once for each download. */
  open(): Promise<OpenSink>
}

/** A sink while a transfer uses it. Nothing is visible before {@link OpenSink.commit}. */
export interface OpenSink {
  /**
   * Bytes at an offset; calls may overlap and come in any order. The bytes are used again once the
   * promise is settled.
   */
  write(offset: number, bytes: Bytes): Promise<void>
  /** All is written and authenticated: make it visible, at once. */
  commit(): Promise<void>
  /** Something failed: leave no trace. */
  abort(): Promise<void>
}
