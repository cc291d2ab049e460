// SPDX-License-Identifier: Apache-2.0
/**
 * The peers: one row each. How a row is detected, installed and started is said here; what it cannot do,
 * in `impossible.ts`.
 *
 * @module
 */

import type { Commitment } from './protocol.ts'

/** A command and its arguments, run in the peer's folder. */
export type Command = readonly [string, ...string[]]

export interface PeerRow {
  readonly name: string
  /** What it is, for people. */
  readonly title: string
  /** Below `peers/`. */
  readonly folder: string
  /** The command that must be there, and how it is asked for its version. */
  readonly toolchain: Command
  /** Installs what the manifest names and builds; rows may share theirs. */
  readonly build: readonly Command[]
  readonly run: Command
  /** Commitment policies that the client knows, the strictest last. */
  readonly policies: readonly Commitment[]
  /** Demands the context of objects under the oldest KMS wrapping, which others ignore or refuse. */
  readonly needsLegacyKmsContext?: true
}

const ALL_POLICIES = ['forbid-allow', 'require-allow', 'require-require'] as const

const java = (module: string, ...args: string[]) =>
  ({
    folder: 'java',
    toolchain: ['mvn', '-version'],
    build: [
      ['mvn', '--batch-mode', '--quiet', 'clean', 'package'],
      ['sha256sum', '--check', '--quiet', 'lock.sha256'],
    ],
    run: [
      'java',
      '-XX:+UseSerialGC',
      '-Xmx768m',
      '-cp',
      `${module}/target/classes:${module}/target/lib/*`,
      'interop.Main',
      ...args,
    ],
  }) as const

export const peers: readonly PeerRow[] = [
  {
    name: 'java-v4',
    title: 'Amazon S3 Encryption Client for Java 4.x',
    ...java('v4'),
    policies: ALL_POLICIES,
  },
  {
    name: 'java-v3',
    title: 'Amazon S3 Encryption Client for Java 3.x',
    ...java('v3'),
    policies: ['forbid-allow'],
  },
  {
    name: 'java-sdk-v1',
    title: 'AWS SDK for Java 1.x, AmazonS3EncryptionClient',
    ...java('sdk-v1', 'V1'),
    policies: ['forbid-allow'],
  },
  {
    name: 'java-sdk-v1-v2',
    title: 'AWS SDK for Java 1.x, AmazonS3EncryptionClientV2',
    ...java('sdk-v1', 'V2'),
    policies: ['forbid-allow'],
    needsLegacyKmsContext: true,
  },
]
