// SPDX-License-Identifier: Apache-2.0
/**
 * Objects as older clients left them in S3, each in its exact shape: names, values, wrapping, content
 * cipher. Written from what those clients are known to write, with `node:crypto` alone.
 *
 * @module
 */

import {
  constants,
  createCipheriv,
  createHash,
  generateKeyPairSync,
  publicEncrypt,
  randomBytes,
  type KeyObject,
} from 'node:crypto'

/** What reads an object back. */
export type ReaderKey = 'aes-256' | 'aes-128' | 'rsa' | 'kms'

/** How the data key is wrapped, in the words of `x-amz-wrap-alg`; the last two are never written there. */
export type Wrapping =
  | 'kms'
  | 'kms+context'
  | 'AES/GCM'
  | 'RSA-OAEP-SHA1'
  | 'AESWrap'
  | 'RSA/ECB/OAEPWithSHA-256AndMGF1Padding'
  | 'AES'
  | 'RSA'

/** An object and what is needed to read it. */
export interface LegacyObject {
  readonly id: string
  readonly cipher: 'CBC' | 'GCM'
  readonly wrapping: Wrapping
  readonly key: ReaderKey
  /** What KMS must be told, reserved keys included; of KMS keys only. */
  readonly encryptionContext: Readonly<Record<string, string>> | undefined
  readonly dataKey: Buffer
  readonly metadata: Readonly<Record<string, string>>
  readonly body: Buffer
  /** Where the envelope is, if it is not in the metadata. */
  readonly instructionFile: InstructionFile | undefined
  readonly plaintext: Buffer
}

/** An object beside the object. */
export interface InstructionFile {
  readonly suffix: string
  readonly metadata: Readonly<Record<string, string>>
  readonly content: string
}

/** The keys of the readers. */
export interface LegacyKeys {
  readonly 'aes-256': Buffer
  readonly 'aes-128': Buffer
  readonly rsa: { readonly publicKey: KeyObject; readonly privateKey: KeyObject }
  /** As users of KMS name it. */
  readonly kmsKeyId: string
  /** What KMS answers to `Encrypt`. */
  kmsEncrypt(dataKey: Buffer, context: Readonly<Record<string, string>>): Promise<Buffer>
}

/** New keys; KMS is the caller's. */
export function newLegacyKeys(kms: Pick<LegacyKeys, 'kmsKeyId' | 'kmsEncrypt'>): LegacyKeys {
  return {
    'aes-256': randomBytes(32),
    'aes-128': randomBytes(16),
    rsa: generateKeyPairSync('rsa', { modulusLength: 2048 }),
    ...kms,
  }
}

/** Every writer, every mode. */
export async function legacyObjects(keys: LegacyKeys): Promise<LegacyObject[]> {
  const { kmsKeyId } = keys
  const cmk = { kms_cmk_id: kmsKeyId }
  const bound = { 'aws:x-amz-cek-alg': 'AES/GCM/NoPadding' }
  const python = (map: object) =>
    JSON.stringify(map).replaceAll(':"', ': "').replaceAll(',"', ', "')
  const snowflake = (keySize: string) => ({
    queryId: '01b2c3d4-0000-1111-0000-0123456789ab',
    smkId: '9876543210',
    keySize,
  })
  const sesMail = {
    'aws:ses:message-id': 'f1d8k3mjp4vv0q7e9bhrc8b2o5n6l1s0t3u2w4x1',
    'aws:ses:rule-name': 'store-encrypted',
    'aws:ses:source-account': '111122223333',
    kms_cmk_id: kmsKeyId,
  }
  const md5 = ({ plaintext }: Written) => ({
    'x-amz-unencrypted-content-md5': createHash('md5').update(plaintext).digest('base64'),
  })

  const rows: readonly Row[] = [
    // aioboto3, S3CSE
    v2('aioboto3, KMSCryptoContext, authenticated', 'GCM', 'kms', cmk, { json: python }),
    v2('aioboto3, KMSCryptoContext, not authenticated', 'CBC', 'kms', cmk, { json: python }),
    v1('aioboto3, SymmetricCryptoContext', 'aes-256'),
    v1('aioboto3, SymmetricCryptoContext with 16 bytes', 'aes-128', { dataKeyLength: 32 }),
    v1('aioboto3, AsymmetricCryptoContext', 'rsa'),
    v2('aioboto3, a context derived from KMSCryptoContext', 'GCM', 'kms', { anything: 'at all' }),
    // Amazon SES, Amazon Redshift, Snowflake
    v2('Amazon SES, mail stored by a receipt rule', 'GCM', 'kms', sesMail),
    v1('Amazon Redshift, UNLOAD', 'aes-256', { description: null, length: false }),
    v1('Amazon Redshift, with a material description', 'aes-256', { length: false }),
    v1('Snowflake, 256 bits', 'aes-256', {
      description: snowflake('256'),
      length: false,
      extra: ({ body }) => ({ 'sfc-digest': sha256(body) }),
    }),
    v1('Snowflake, 128 bits', 'aes-128', {
      description: snowflake('128'),
      length: false,
      dataKeyLength: 16,
      extra: ({ body }) => ({ 'sfc-digest': sha256(body) }),
    }),
    v1('Informatica', 'aes-256'),
    // AWS SDK for Java 1.x, AmazonS3EncryptionClient
    v1('Java 1.x, EncryptionOnly, AES', 'aes-256', { description: { materials: '2014' } }),
    v1('Java 1.x, EncryptionOnly, RSA', 'rsa', { description: { materials: '2014' } }),
    v2('Java 1.x, EncryptionOnly, KMS', 'CBC', 'kms', { ...cmk, team: 'blue' }),
    v2('Java 1.x, AuthenticatedEncryption, AES', 'GCM', 'AESWrap', { materials: '2014' }),
    v2(
      'Java 1.x, AuthenticatedEncryption, RSA',
      'GCM',
      'RSA/ECB/OAEPWithSHA-256AndMGF1Padding',
      {},
    ),
    v2(
      'Java 1.x with Bouncy Castle, AuthenticatedEncryption, RSA',
      'GCM',
      'RSA/ECB/OAEPWithSHA-256AndMGF1Padding',
      {},
      { mgf: 'sha256' },
    ),
    v2('Java 1.x, AuthenticatedEncryption, RSA, no OAEP at hand', 'GCM', 'RSA', {}),
    v2('Java 1.x, AuthenticatedEncryption, KMS', 'GCM', 'kms', cmk),
    v2('Java 1.x, StrictAuthenticatedEncryption, AES', 'GCM', 'AESWrap', {}),
    v2(
      'Java 1.x, StrictAuthenticatedEncryption, KMS, described in Cyrillic',
      'GCM',
      'kms',
      { ...cmk, отдел: 'бухгалтерия' },
      { json: (map) => doublyEncoded(JSON.stringify(map)) },
    ),
    // AWS SDK for Java 1.x, AmazonS3EncryptionClientV2
    v2('Java 1.x V2 client, KMS', 'GCM', 'kms+context', { tenant: '7', ...bound }),
    v2('Java 1.x V2 client, AES', 'GCM', 'AES/GCM', { materials: '2020' }),
    v2('Java 1.x V2 client, RSA', 'GCM', 'RSA-OAEP-SHA1', { materials: '2020' }),
    v2('Hadoop S3A, CSE-KMS', 'GCM', 'kms+context', bound),
    // AWS SDK for Ruby, Encryption::Client
    v1('Ruby V1, AES', 'aes-256', { extra: md5 }),
    v1('Ruby V1, RSA', 'rsa'),
    v2('Ruby V1, KMS', 'CBC', 'kms', cmk),
    // AWS SDK for .NET, AmazonS3EncryptionClient
    v1('.NET V1, AES', 'aes-256'),
    v1('.NET V1, RSA', 'rsa'),
    v2('.NET V1, KMS', 'CBC', 'kms', cmk),
    // AWS SDK for Go 1.x, s3crypto; a store that is not Amazon's may keep the case of names.
    v2('Go 1.x, KMS, GCM', 'GCM', 'kms', cmk, { extra: md5 }),
    v2('Go 1.x, KMS, CBC, names as they were sent', 'CBC', 'kms', cmk, { names: canonical }),
    v2('Go 1.x V2 client', 'GCM', 'kms+context', bound),
    // AWS SDK for PHP, S3EncryptionClient
    ...([16, 24, 32] as const).flatMap((dataKeyLength) => [
      v2(`PHP V1, GCM with ${dataKeyLength * 8} bits`, 'GCM', 'kms', cmk, { dataKeyLength }),
      v2(`PHP V1, CBC with ${dataKeyLength * 8} bits`, 'CBC', 'kms', cmk, { dataKeyLength }),
    ]),
    // AWS SDK for C++, S3EncryptionClient
    v2('C++ V1, EncryptionOnly, KMS', 'CBC', 'kms', cmk, { tagLength: '0', length: false }),
    v2('C++ V1, EncryptionOnly, AES', 'CBC', 'AESWrap', {}, { tagLength: '0', length: false }),
    v2('C++ V1, StrictAuthenticatedEncryption, AES', 'GCM', 'AESWrap', {}, { length: false }),
    // The same with instruction files, each as its client writes them.
    v1('Java 1.x, EncryptionOnly, AES, instruction file', 'aes-256', { file: {} }),
    v1('Java 1.x, EncryptionOnly, RSA, instruction file', 'rsa', { file: {} }),
    v2('Java 1.x, EncryptionOnly, KMS, instruction file', 'CBC', 'kms', cmk, { file: {} }),
    v2(
      'Java 1.x, AuthenticatedEncryption, AES, instruction file',
      'GCM',
      'AESWrap',
      {},
      { file: {} },
    ),
    v2('Java 1.x V2 client, RSA, instruction file', 'GCM', 'RSA-OAEP-SHA1', {}, { file: {} }),
    v2(
      'Java, a CBC object whose instruction file was re-encrypted',
      'CBC',
      'AES/GCM',
      { materials: '2021' },
      { tagLength: '0', file: {} },
    ),
    v1('Ruby V1, AES, instruction file', 'aes-256', { file: { marker: null } }),
    v1('.NET V1, RSA, instruction file', 'rsa', { file: {} }),
    v1('.NET V1, AES, instruction file of the first form', 'aes-256', { file: OLD_DOT_NET }),
    v1('.NET V1, RSA, instruction file of the first form', 'rsa', { file: OLD_DOT_NET }),
    v2('Go 1.x, KMS, GCM, instruction file', 'GCM', 'kms', cmk, {
      extra: md5,
      file: { marker: null, all: true },
    }),
    v2('PHP V1, GCM, instruction file with numbers', 'GCM', 'kms', cmk, {
      file: { marker: null, all: true, content: withNumbers },
    }),
    v2(
      'C++ V1, EncryptionOnly, AES, instruction file',
      'CBC',
      'AESWrap',
      {},
      { tagLength: '0', length: false, file: { marker: 'default instruction file header' } },
    ),
  ]
  return Promise.all(rows.map((row, i) => write(row, PLAINTEXT_LENGTHS[i % 5] ?? 0, keys)))
}

const PLAINTEXT_LENGTHS = [100, 48, 1, 0, 1000] // bytes

interface Written {
  readonly plaintext: Buffer
  readonly body: Buffer
}

/** How a client writes an instruction file. */
interface FileForm {
  /** Default: `.instruction`. */
  readonly suffix?: string
  /** Value of `x-amz-crypto-instr-file`; null for none. Default: empty. */
  readonly marker?: string | null
  /** What stands about the plaintext is in the file too, not on the object. */
  readonly all?: boolean
  /** Default: the names and strings of metadata. */
  readonly content?: (fields: Record<string, string>) => object
}

const OLD_DOT_NET: FileForm = {
  suffix: 'INSTRUCTION_SUFFIX',
  marker: null,
  content: (fields) => ({ EncryptedEnvelopeKey: fields['x-amz-key'], IV: fields['x-amz-iv'] }),
}

const withNumbers = (fields: Record<string, string>): object =>
  Object.fromEntries(
    Object.entries(fields).map(([name, value]) => [
      name,
      /-(len|length)$/.test(name) ? Number(value) : value,
    ]),
  )

interface Details {
  readonly file?: FileForm
  readonly dataKeyLength?: number
  /** Whether the length of the plaintext is stored. */
  readonly length?: boolean
  /** Stored for CBC too, where it has no meaning, by some. */
  readonly tagLength?: string
  readonly json?: (map: object) => string
  readonly names?: (name: string) => string
  readonly mgf?: 'sha1' | 'sha256'
  readonly extra?: (written: Written) => Record<string, string>
}

interface Row extends Details {
  readonly id: string
  readonly format: 1 | 2
  readonly cipher: 'CBC' | 'GCM'
  readonly wrapping: Wrapping
  readonly key: ReaderKey
  /** Null where the writer stores none. */
  readonly description: Record<string, string> | null
}

/** A key without a number: CBC, no names of algorithms. */
function v1(
  id: string,
  key: 'aes-256' | 'aes-128' | 'rsa',
  { description = {}, ...details }: Details & { description?: Record<string, string> | null } = {},
): Row {
  const wrapping = key === 'rsa' ? 'RSA' : 'AES'
  return { id, format: 1, cipher: 'CBC', wrapping, key, description, ...details }
}

/** `x-amz-key-v2`, with names of algorithms. */
function v2(
  id: string,
  cipher: 'CBC' | 'GCM',
  wrapping: Wrapping,
  description: Record<string, string>,
  details: Details = {},
): Row {
  const key = wrapping.startsWith('kms') ? 'kms' : wrapping.startsWith('AES') ? 'aes-256' : 'rsa'
  return { id, format: 2, cipher, wrapping, key, description, ...details }
}

async function write(row: Row, plaintextLength: number, keys: LegacyKeys): Promise<LegacyObject> {
  const { id, cipher, wrapping, key, length = true } = row
  const description = row.description ?? {}
  const json = row.json ?? JSON.stringify
  const names = row.names ?? ((name: string) => name)
  const plaintext = randomBytes(plaintextLength)
  const dataKey = randomBytes(row.dataKeyLength ?? 32)
  const iv = randomBytes(cipher === 'GCM' ? 12 : 16)
  const body = encryptContent(cipher, dataKey, iv, plaintext)
  const wrapped =
    key === 'kms'
      ? await keys.kmsEncrypt(dataKey, description)
      : wrap({ wrapping, dataKey, mgf: row.mgf ?? 'sha1' }, keys[key])
  const v2Fields = {
    ...(NAMED.includes(wrapping) && { 'x-amz-wrap-alg': wrapping }),
    'x-amz-cek-alg': cipher === 'GCM' ? 'AES/GCM/NoPadding' : 'AES/CBC/PKCS5Padding',
    ...(cipher === 'GCM' && { 'x-amz-tag-len': '128' }),
    ...(row.tagLength !== undefined && { 'x-amz-tag-len': row.tagLength }),
  }
  const fields: Record<string, string> = {
    [row.format === 1 ? 'x-amz-key' : 'x-amz-key-v2']: wrapped.toString('base64'),
    'x-amz-iv': iv.toString('base64'),
    ...(row.description !== null && { 'x-amz-matdesc': json(description) }),
    ...(row.format === 2 && v2Fields),
    ...(length && { 'x-amz-unencrypted-content-length': String(plaintextLength) }),
    ...row.extra?.({ plaintext, body }),
  }
  const { file } = row
  const inMetadata = Object.entries(fields).filter(
    ([name]) => file === undefined || (!file.all && name.startsWith('x-amz-unencrypted-')),
  )
  const inFile = Object.entries(fields).filter(
    (entry) => !inMetadata.some(([name]) => name === entry[0]),
  )
  return {
    id,
    cipher,
    wrapping,
    key,
    encryptionContext: key === 'kms' ? description : undefined,
    dataKey,
    metadata: Object.fromEntries(inMetadata.map(([name, value]) => [names(name), value])),
    body,
    instructionFile: file && instructionFile(file, Object.fromEntries(inFile)),
    plaintext,
  }
}

function instructionFile(form: FileForm, fields: Record<string, string>): InstructionFile {
  const { suffix = '.instruction', marker = '' } = form
  return {
    suffix,
    metadata: marker === null ? {} : { 'x-amz-crypto-instr-file': marker },
    content: JSON.stringify(form.content?.(fields) ?? fields),
  }
}

// The others were written by clients that did not name what the platform did by default.
const NAMED: readonly Wrapping[] = [
  'kms',
  'kms+context',
  'AES/GCM',
  'RSA-OAEP-SHA1',
  'AESWrap',
  'RSA/ECB/OAEPWithSHA-256AndMGF1Padding',
]

function encryptContent(cipher: 'CBC' | 'GCM', key: Buffer, iv: Buffer, plaintext: Buffer): Buffer {
  const bits = key.length * 8
  if (cipher === 'CBC') return run(createCipheriv(`aes-${bits}-cbc`, key, iv), plaintext)
  const gcm = createCipheriv(`aes-${bits}-gcm` as 'aes-256-gcm', key, iv)
  return Buffer.concat([run(gcm, plaintext), gcm.getAuthTag()])
}

const run = (cipher: { update(bytes: Buffer): Buffer; final(): Buffer }, bytes: Buffer): Buffer =>
  Buffer.concat([cipher.update(bytes), cipher.final()])

interface ToWrap {
  readonly wrapping: Wrapping
  readonly dataKey: Buffer
  readonly mgf: 'sha1' | 'sha256'
}

function wrap({ wrapping, dataKey, mgf }: ToWrap, key: Buffer | LegacyKeys['rsa']): Buffer {
  const bound = 'AES/GCM/NoPadding'
  if (Buffer.isBuffer(key)) {
    const bits = key.length * 8
    if (wrapping === 'AESWrap') {
      return run(createCipheriv(`id-aes${bits}-wrap`, key, Buffer.alloc(8, 0xa6)), dataKey)
    }
    if (wrapping === 'AES') return run(createCipheriv(`aes-${bits}-ecb`, key, null), dataKey)
    const nonce = randomBytes(12)
    const gcm = createCipheriv(`aes-${bits}-gcm` as 'aes-256-gcm', key, nonce)
    gcm.setAAD(Buffer.from(bound))
    return Buffer.concat([nonce, run(gcm, dataKey), gcm.getAuthTag()])
  }
  const { publicKey } = key
  if (wrapping === 'RSA') {
    return publicEncrypt({ key: publicKey, padding: constants.RSA_PKCS1_PADDING }, dataKey)
  }
  if (wrapping === 'RSA-OAEP-SHA1') {
    const pseudo = Buffer.concat([Buffer.of(dataKey.length), dataKey, Buffer.from(bound)])
    return publicEncrypt({ key: publicKey, oaepHash: 'sha1' }, pseudo)
  }
  return publicEncrypt({ key: publicKey, padding: constants.RSA_NO_PADDING }, oaep(dataKey, mgf))
}

/** RFC 8017, 7.1.1, with SHA-256, an empty label, a modulus of 256 bytes and any digest within MGF1. */
function oaep(message: Buffer, mgf: 'sha1' | 'sha256'): Buffer {
  const seed = randomBytes(32)
  const zeros = Buffer.alloc(256 - message.length - 66)
  const labelHash = createHash('sha256').digest()
  const data = Buffer.concat([labelHash, zeros, Buffer.of(1), message])
  const maskedData = xor(data, mask(mgf, seed, data.length))
  return Buffer.concat([Buffer.of(0), xor(seed, mask(mgf, maskedData, 32)), maskedData])
}

function mask(hash: string, seed: Buffer, length: number): Buffer {
  const blocks = Array.from({ length: 12 }, (_, i) =>
    createHash(hash)
      .update(seed)
      .update(Buffer.of(0, 0, 0, i))
      .digest(),
  )
  return Buffer.concat(blocks).subarray(0, length)
}

const xor = (a: Buffer, b: Buffer): Buffer => Buffer.from(a.map((byte, i) => byte ^ (b[i] ?? 0)))

const sha256 = (bytes: Buffer) => createHash('sha256').update(bytes).digest('base64')

/** `x-amz-key-v2` is sent as `X-Amz-Key-V2` by net/http. */
const canonical = (name: string) => name.replace(/(^|-)[a-z]/g, (first) => first.toUpperCase())

/** As S3 answers UTF-8 that was sent in a header: RFC 2047 of what the bytes are in Latin-1. */
function doublyEncoded(text: string): string {
  const latin1 = Buffer.from(text, 'utf8').toString('latin1')
  return `=?UTF-8?B?${Buffer.from(latin1, 'utf8').toString('base64')}?=`
}
