// SPDX-License-Identifier: Apache-2.0
/**
 * Asks a program that knows nothing of this library what lies in S3.
 *
 * @module
 */

import { execFile } from 'node:child_process'
import { createHash } from 'node:crypto'
import { fileURLToPath } from 'node:url'
import { promisify } from 'node:util'
import type { LocalAws } from '../local-aws/index.ts'

export interface SecondOpinion {
  readonly format: number
  readonly suite: string
  readonly sha256: string
  readonly length: number
}

const program = fileURLToPath(new URL('../independent/decrypt.mjs', import.meta.url))

export async function decryptIndependently(
  { s3, kms, credentials }: LocalAws,
  object: { readonly bucket: string; readonly key: string; readonly kmsRegion?: string },
): Promise<SecondOpinion> {
  const options = {
    bucket: object.bucket,
    key: object.key,
    'kms-region': object.kmsRegion ?? 'us-east-1',
    's3-endpoint': s3.endpoint,
    'kms-endpoint': kms.endpoint,
    'access-key-id': credentials.accessKeyId,
    'secret-access-key': credentials.secretAccessKey,
  }
  const { stdout } = await promisify(execFile)(process.execPath, [
    program,
    ...Object.entries(options).map(([name, value]) => `--${name}=${value}`),
  ])
  return JSON.parse(stdout) as SecondOpinion
}

export const sha256 = (content: Buffer): string =>
  createHash('sha256').update(content).digest('hex')
