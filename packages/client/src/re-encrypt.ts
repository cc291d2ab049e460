// SPDX-License-Identifier: Apache-2.0
/**
 * Key rotation for objects with an instruction file: the file is written anew, the object is not touched.
 *
 * @module
 */

import {
  GetObjectCommand,
  HeadObjectCommand,
  type HeadObjectCommandOutput,
  type PutObjectCommandOutput,
} from '@aws-sdk/client-s3'
import {
  algorithmSuite,
  checkReadable,
  envelopeFields,
  needsInstructionFile,
  reEncryptDataKey,
  S3EncryptionError,
  writeInstructionFile,
  type AlgorithmSuite,
  type Keyring,
  type StringMap,
} from '@s3-cse/core'
import { responseChunks, type SdkBody } from './body/output.ts'
import { suffixOf } from './instruction-file/options.ts'
import {
  keyOfFile,
  objectRequest,
  putInstructionFile,
  type WriteTarget as ReEncryptInput,
} from './instruction-file/requests.ts'
import { throwReplaced } from './object-changed.ts'
import { abortedBy, internal } from './operation.ts'
import { keyringFor, type KeyringFactory, type Settings } from './options.ts'
import { withEncryption } from './request-options.ts'
import { envelopeInFile } from './stored-envelope.ts'

/** Options of `reEncryptInstructionFile()`. */
export interface ReEncryptOptions {
  /** Wraps the data key from now on. */
  readonly newKeyring: Keyring | KeyringFactory
  /**
   * Suffix of the new file. With another than the usual one the old file stays: for someone with a key of
   * their own, who reads with the same `instructionFileSuffix`.
   *
   * @defaultValue `'.instruction'`: the file is replaced.
   */
  readonly instructionFileSuffix?: string | undefined
  /**
   * Refuse to write a file that the keyring of the client can open.
   *
   * @defaultValue false
   */
  readonly enforceRotation?: boolean | undefined
  /** Must equal what the object was written with. */
  readonly encryptionContext?: StringMap | undefined
  /**
   * What AWS KMS authenticates from now on; from KMS to raw keys, say `{}`.
   *
   * @defaultValue `encryptionContext`
   */
  readonly newEncryptionContext?: StringMap | undefined
  /** Ends it; nothing is written then. */
  readonly abortSignal?: AbortSignal | undefined
}

/** What S3 answered for the new file. */
export type ReEncryptOutput = PutObjectCommandOutput & {
  /** Key of the file that was written. */
  readonly InstructionFileKey: string
}

const refused = (message: string) => new S3EncryptionError('ERR_RE_ENCRYPTION_REFUSED', message)

/**
 * Wraps the data key of an object with another keyring.
 *
 * @throws as `GetObject`; as `reEncryptDataKey`; `S3EncryptionError` with `ERR_RE_ENCRYPTION_REFUSED` if the
 * envelope is in the object's metadata or of another suite than the client writes, or with
 * `ERR_OBJECT_CHANGED` if the file was replaced meanwhile.
 */
export async function reEncryptInstructionFile(
  settings: Settings,
  input: ReEncryptInput,
  options: ReEncryptOptions,
): Promise<ReEncryptOutput> {
  const { client, keyring, policy, suite } = settings
  const { encryptionContext, newEncryptionContext, enforceRotation, abortSignal } = options
  const newKeyring = keyringFor(client, options.newKeyring, 'newKeyring')
  const suffix = suffixOf(options)
  const sending = abortedBy(abortSignal)
  const head = await client.send(new HeadObjectCommand(internal(objectRequest(input))), sending)
  const fields = envelopeFields(head.Metadata ?? {})
  if (!needsInstructionFile(fields)) {
    throw refused(
      'The envelope of the object is in its metadata, which change only with the object: every reader would go on with the old key. Write the object again, with the new keyring.',
    )
  }
  const asked = { input, options: {}, abortSignal }
  const { envelope, file } = await envelopeInFile(settings, asked, fields)
  checkReadable(envelope.suite, policy)
  checkSuite(envelope.suite, suite)
  // A wrong RSA key gives a wrong data key instead of an error: only the content can tell.
  if (envelope.wrappingAlgorithm.name === 'RSA') await readThrough(settings, input, head, options)
  const renewed = await reEncryptDataKey({
    keyring,
    newKeyring,
    envelope,
    policy,
    encryptionContext,
    newEncryptionContext,
    enforceRotation,
  })
  const content = writeInstructionFile(renewed)
  const IfMatch = suffix === file.suffix ? file.etag : undefined
  const put = { client, target: input, suffix, abortSignal, content, IfMatch }
  const output = await putInstructionFile(put).catch(throwReplaced)
  return { ...output, InstructionFileKey: keyOfFile(input.Key, suffix) }
}

/**
 * As the official clients do: whoever writes one suite only does not renew another. AES-CBC, which is written
 * no more, is renewed by clients that write without commitment.
 */
function checkSuite(object: AlgorithmSuite, written: AlgorithmSuite): void {
  const needed = object.cipher === 'AES-CBC' ? algorithmSuite(0x0072) : object
  if (written.committing === needed.committing) return
  const policies = needed.committing
    ? 'REQUIRE_ENCRYPT_REQUIRE_DECRYPT or REQUIRE_ENCRYPT_ALLOW_DECRYPT'
    : 'FORBID_ENCRYPT_ALLOW_DECRYPT'
  throw refused(
    `The object was encrypted with ${object.name}, but this client writes ${written.name}. Re-encrypt it with a client whose commitmentPolicy is ${policies}.`,
  )
}

/**
 * Decrypts the object to its end, and throws it away. AES-GCM always tells a wrong key; of AES-CBC, the padding is
 * all there is, and lets one in 256 pass.
 */
async function readThrough(
  { client }: Settings,
  input: ReEncryptInput,
  { ETag }: HeadObjectCommandOutput,
  { encryptionContext, abortSignal }: ReEncryptOptions,
): Promise<void> {
  const request = { ...objectRequest(input), IfMatch: ETag }
  const output = await client.send(
    new GetObjectCommand(
      withEncryption(request, { delayedAuthentication: true, encryptionContext }),
    ),
    abortedBy(abortSignal),
  )
  const chunks = responseChunks(output.Body as SdkBody)[Symbol.asyncIterator]()
  while ((await chunks.next()).done !== true);
}
