// SPDX-License-Identifier: Apache-2.0
/**
 * The main job on real input, against the embedded local AWS: encrypt and upload a file of this
 * repository, show what S3 holds, download, verify. Then the demo page, unless `--once`.
 *
 * @module
 */

import { createReadStream } from 'node:fs'
import { readFile } from 'node:fs/promises'
import { once } from 'node:events'
import { fileURLToPath } from 'node:url'
import { GetObjectCommand } from '@aws-sdk/client-s3'
import { kmsKeyring, S3EncryptionClient } from '@s3-cse/node'
import { serveDemo } from '../demo/serve.ts'
import { BUCKET, KEYS, openAccount, OTHER_REGION } from '../e2e/account.ts'

const Key = 'LICENSE'
const file = fileURLToPath(new URL(`../${Key}`, import.meta.url))

const account = await openAccount()
console.log(`Local AWS: S3 at ${account.aws.s3.endpoint}, KMS at ${account.aws.kms.endpoint}`)

const s3 = new S3EncryptionClient({
  ...account.s3Config,
  // The key lies in another region than the bucket.
  keyring: kmsKeyring({ keyId: KEYS.elsewhere, clientConfig: account.kmsConfig(OTHER_REGION) }),
})
const encryptionContext = { purpose: 'start' }

await s3.putObject({ Bucket: BUCKET, Key, Body: createReadStream(file) }, { encryptionContext })
const original = await readFile(file)
console.log(`\nEncrypted and uploaded ${Key}: ${original.length} bytes in the clear. S3 holds:`)

const stored = await account.plain.send(new GetObjectCommand({ Bucket: BUCKET, Key }))
for (const [name, value] of Object.entries(stored.Metadata ?? {})) {
  const short = value.length > 70 ? `${value.slice(0, 67)}...` : value
  console.log(`  ${name.padEnd(8)} ${short}`)
}
const body = Buffer.from((await stored.Body?.transformToByteArray()) ?? [])
console.log(`  body     ${body.subarray(0, 32).toString('hex')}... (${body.length} bytes)`)

const output = await s3.getObject({ Bucket: BUCKET, Key }, { encryptionContext })
const read = Buffer.from((await output.Body?.transformToByteArray()) ?? [])
if (!read.equals(original)) throw new Error('The round trip changed the file')
console.log(`\nDownloaded, authenticated and decrypted: ${read.length} bytes, the same as before.`)
s3.destroy()

if (process.argv.includes('--once')) {
  await account.stop()
} else {
  const demo = await serveDemo({ aws: account.aws })
  console.log(`\nThe demo page is at ${demo.url} (Ctrl+C stops it)`)
  await Promise.race([once(process, 'SIGINT'), once(process, 'SIGTERM')])
  await demo.stop()
  await account.stop()
}
