// SPDX-License-Identifier: Apache-2.0
/**
 * Puts and gets through the built `@s3-cse/deno` in Deno, against a local AWS that another process
 * started: its account arrives as JSON in the only argument. Anything wrong ends it with an error.
 *
 * @module
 */

import {
  fileSink,
  fileSource,
  kmsKeyring,
  S3EncryptionClient,
  type S3EncryptionClientConfig,
} from '@s3-cse/deno'

interface Argument {
  readonly s3Config: Omit<S3EncryptionClientConfig, 'keyring'>
  readonly kmsConfig: { region: string; endpoint: string }
  readonly keyId: string
  readonly bucket: string
}

/** What is used here of Deno's own. */
declare const Deno: {
  readonly args: readonly string[]
  readonly version: { readonly deno: string }
  makeTempDir(): Promise<string>
  readFile(path: string): Promise<Uint8Array>
  writeFile(path: string, data: Uint8Array): Promise<void>
  readDir(path: string): AsyncIterable<{ readonly name: string }>
  remove(path: string, options: { recursive: boolean }): Promise<void>
}

const { s3Config, kmsConfig, keyId, bucket } = JSON.parse(Deno.args[0] ?? '') as Argument

const s3 = new S3EncryptionClient({
  ...s3Config,
  keyring: kmsKeyring({ keyId, clientConfig: kmsConfig }),
} as S3EncryptionClientConfig)
const call = { encryptionContext: { runtime: 'deno' } }

for (const size of [0, 1, 16, 1000, 16 * 2 ** 20 + 7]) {
  const plaintext = new Uint8Array(size).map((_, i) => i * 7)
  const object = { Bucket: bucket, Key: `deno-${size}` }
  await s3.putObject({ ...object, Body: new Blob([plaintext]) }, call)
  const { Body } = await s3.getObject(object, call)
  const read = (await Body?.transformToByteArray()) ?? new Uint8Array(0)
  const same = read.length === size && read.every((byte, i) => byte === plaintext[i])
  if (!same) throw new Error(`${size} bytes came back as ${read.length} others`)
}

const wrong = s3.getObject({ Bucket: bucket, Key: 'deno-1' })
const code = await wrong.then(
  () => 'nothing',
  (error: unknown) => (error as { code?: string }).code,
)
if (code !== 'ERR_ENCRYPTION_CONTEXT_MISMATCH') throw new Error(`The wrong context gave ${code}`)

const folder = await Deno.makeTempDir()
try {
  const content = crypto.getRandomValues(new Uint8Array(60_000))
  const whole = new Uint8Array(16 * 2 ** 20 + 5).map((_, i) => content[i % content.length] ?? 0)
  await Deno.writeFile(`${folder}/source`, whole)
  const object = { Bucket: bucket, Key: 'deno-file' }
  await s3.upload({ ...object, Body: fileSource(`${folder}/source`) }, call)
  await s3.download(object, fileSink(`${folder}/sink`), call)
  const read = await Deno.readFile(`${folder}/sink`)
  if (read.length !== whole.length || read.some((byte, i) => byte !== whole[i])) {
    throw new Error('The file came back as another')
  }
  const missing = s3.download({ ...object, Key: 'missing' }, fileSink(`${folder}/none`), call)
  const failed = await missing.then(
    () => false,
    () => true,
  )
  const names: string[] = []
  for await (const { name } of Deno.readDir(folder)) names.push(name)
  if (!failed || names.sort().join() !== 'sink,source') throw new Error(`Left: ${names.join()}`)
} finally {
  await Deno.remove(folder, { recursive: true })
}

s3.destroy()
console.log(
  `Deno ${Deno.version.deno}: 6 round trips, one of them from file to file, and 2 refusals`,
)
