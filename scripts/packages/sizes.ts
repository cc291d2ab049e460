// SPDX-License-Identifier: Apache-2.0
/**
 * What an application carries: bundled by esbuild, minified, compressed by gzip.
 *
 * @module
 */

import { gzipSync } from 'node:zlib'
import { build } from 'esbuild'
import { ROOT } from './entry-points.ts'

/** One import and what it may weigh. */
export interface Budget {
  readonly name: string
  readonly code: string
  readonly external: readonly string[]
  /** KiB. */
  readonly most: number
  /** Parts of paths of modules that must not be in it. */
  readonly without: readonly string[]
}

const legacy = ['pkcs1', 'oaep', 'ecb', 'montgomery', 'big-integer', 'rsa', 'der.js', 's3cse']
const sdk = ['@aws-sdk/*', 'node:*']

export const budgets: readonly Budget[] = [
  {
    name: 'core: encrypt and decrypt, all suites',
    code: `export { encrypt, decrypt } from '@s3-cse/core'`,
    external: [],
    most: 7,
    without: [...legacy, 'keyring/kms', 'raw-aes', 'gcm-', 'stream'],
  },
  {
    name: 'core: the same with the KMS keyring and streams',
    code: `export { encrypt, decrypt, kmsKeyring, encryptStream, decryptStreamUnverified } from '@s3-cse/core'`,
    external: [],
    most: 12,
    without: [...legacy, 'raw-aes'],
  },
  {
    name: 'client: own code, beside the SDK and core',
    code: `export { S3EncryptionClient, kmsKeyring } from '@s3-cse/client'`,
    external: [...sdk, '@s3-cse/core'],
    most: 17,
    without: ['s3cse'],
  },
  {
    name: 'client: own code and core, beside the SDK',
    code: `export { S3EncryptionClient, kmsKeyring } from '@s3-cse/client'`,
    external: sdk,
    most: 29,
    without: legacy,
  },
  {
    name: 'browser: own code, beside the client',
    code: `export { S3EncryptionClient, kmsKeyring } from '@s3-cse/browser'`,
    external: [...sdk, '@s3-cse/client', '@s3-cse/core'],
    most: 4,
    without: ['xmldom', 'dom-parser'],
  },
]

export interface Measured {
  /** KiB. */
  readonly size: number
  /** Paths of the modules that left something in the bundle. */
  readonly modules: readonly string[]
}

/** Bundles a module for browsers. */
export async function measure(code: string, external: readonly string[]): Promise<Measured> {
  const { outputFiles, metafile } = await build({
    stdin: { contents: code, resolveDir: ROOT },
    bundle: true,
    minify: true,
    format: 'esm',
    platform: 'browser',
    target: 'es2022',
    external: [...external],
    write: false,
    metafile: true,
    logLevel: 'silent',
  })
  const [output] = Object.values(metafile.outputs)
  const modules = Object.entries(output?.inputs ?? {}).filter(
    ([, { bytesInOutput }]) => bytesInOutput > 0,
  )
  const [file] = outputFiles
  const size = gzipSync(file?.contents ?? '', { level: 9 }).length / 1024
  return { size, modules: modules.map(([path]) => path) }
}
