// SPDX-License-Identifier: Apache-2.0
/**
 * All subjects by name, in the order in which they are shown.
 *
 * @module
 */

import type { Subject } from './subject.ts'

/** Loaded one by one: a library that a runtime cannot load must not keep the others out. */
export const subjects: Readonly<Record<string, () => Promise<Subject>>> = {
  's3-cse': async () => (await import('./subjects/s3-cse.ts')).s3Cse,
  'node:crypto': async () => (await import('./subjects/node-crypto.ts')).nodeCrypto,
  'subtle, in chunks': async () => (await import('./subjects/subtle-chunked.ts')).subtleChunked,
  'subtle, one call': async () => (await import('./subjects/subtle-one-shot.ts')).subtleOneShot,
  '@noble/ciphers': async () => (await import('./subjects/noble-ciphers.ts')).nobleCiphers,
  'encrypt-web-streams': async () =>
    (await import('./subjects/encrypt-web-streams.ts')).encryptWebStreams,
  'node-forge': async () => (await import('./subjects/node-forge.ts')).nodeForge,
  '@aws-crypto/client-node': async () =>
    (await import('./subjects/aws-encryption-sdk.ts')).awsEncryptionSdk,
}

/** The one that all others are compared with. */
export const OURS = 's3-cse'
