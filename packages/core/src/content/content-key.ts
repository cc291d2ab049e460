// SPDX-License-Identifier: Apache-2.0
/**
 * What the content encryption of one object works with, once wrapping and derivation are done.
 *
 * @module
 */

import type { Bytes } from '../bytes.ts'
import type { AlgorithmSuite } from '../suites.ts'

/** Key, IV and AAD of one object's content. */
export interface ContentKey {
  /** Row that says how: its `cipher`, `tagLength` and `maxContentLength` are read. */
  readonly suite: AlgorithmSuite
  /** 16, 24 or 32 bytes: the data key, or the key derived from it. Secret. */
  readonly key: Bytes
  /** 12 bytes for GCM and CTR, 16 for CBC. */
  readonly iv: Bytes
  /** Additional authenticated data of GCM; empty where the suite has none. */
  readonly aad: Bytes
}
