// SPDX-License-Identifier: Apache-2.0
/**
 * The envelope: all that is stored in clear to make an object readable.
 *
 * @module
 */

import type { Bytes } from '../bytes.ts'
import type { WrappingAlgorithm } from '../keyring/wrapping.ts'
import type { StringMap } from '../string-map.ts'
import type { AlgorithmSuite, FormatVersion } from '../suites.ts'

/** What an object's envelope says, whatever its format and wherever it is stored. */
export interface Envelope {
  /** Of the envelope. */
  readonly format: FormatVersion
  /** How the content is encrypted. */
  readonly suite: AlgorithmSuite
  /** `suite.ivLength` bytes: the IV, or the message ID of a committing suite. */
  readonly iv: Bytes
  /** 28 bytes, of a committing suite only. */
  readonly commitment: Bytes | undefined
  /** The data key, wrapped. */
  readonly encryptedDataKey: Bytes
  /** How the data key is wrapped. */
  readonly wrappingAlgorithm: WrappingAlgorithm
  /** Encryption context of KMS, or material description of a raw keyring. */
  readonly description: StringMap
  /**
   * Bytes of plaintext, as the writer stated them in formats V1 and V2. Nothing authenticates the number,
   * but of AES-CBC content nothing else tells before its end.
   */
  readonly statedLength?: number | undefined
}
