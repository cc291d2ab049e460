// SPDX-License-Identifier: Apache-2.0
/**
 * Writes `vectors/legacy.json`: one object of every older client, for runtimes without `node:crypto`.
 *
 *     npx tsx conformance/legacy/generate.ts
 *
 * @module
 */

import { randomBytes } from 'node:crypto'
import { writeFileSync } from 'node:fs'
import { legacyObjects, newLegacyKeys } from './writers.ts'

const keys = newLegacyKeys({
  kmsKeyId: 'arn:aws:kms:us-east-1:111122223333:alias/app',
  // Opaque: whoever reads the vectors plays the part of KMS.
  kmsEncrypt: () => Promise.resolve(randomBytes(184)),
})
const objects = await legacyObjects(keys)
const base64 = (bytes: Buffer) => bytes.toString('base64')

const file = {
  source: 'conformance/legacy/generate.ts',
  keys: {
    'aes-256': base64(keys['aes-256']),
    'aes-128': base64(keys['aes-128']),
    rsa: base64(keys.rsa.privateKey.export({ type: 'pkcs8', format: 'der' })),
  },
  vectors: objects.map(({ dataKey, body, plaintext, ...rest }) => ({
    ...rest,
    dataKey: base64(dataKey),
    body: base64(body),
    plaintext: base64(plaintext),
  })),
}
writeFileSync(
  new URL('../vectors/legacy.json', import.meta.url),
  `${JSON.stringify(file, undefined, 2)}\n`,
)
