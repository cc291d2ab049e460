// SPDX-License-Identifier: Apache-2.0
/**
 * Uploads of content that can be read anywhere: each part is encrypted for its place, so that another
 * process can send those that are missing.
 *
 * @module
 */

import type {
  CompletedPart,
  PutObjectCommandInput,
  PutObjectCommandOutput,
} from '@aws-sdk/client-s3'
import {
  beginDecryption,
  beginEncryption,
  concat,
  contentCipher,
  encryptPart,
  envelopeFields,
  isS3EncryptionError,
  readEnvelope,
  sameShare,
  S3EncryptionError,
  writeEnvelope,
  type ContentKey,
  type GcmShare,
  type StringMap,
} from '@s3-cse/core'
import type { RandomAccessBody } from '../body/source.ts'
import type { EnvelopeStorage } from '../instruction-file/options.ts'
import { placeEnvelope, type Publish } from '../instruction-file/place-envelope.ts'
import { without } from '../members.ts'
import type { Settings } from '../options.ts'
import { concurrently } from './concurrently.ts'
import { createMultipart, openMultipart, type MultipartUpload } from './multipart.ts'
import type { TransferSettings } from './options.ts'
import type { progressOf } from './progress.ts'
import { takingTurns } from './taking-turns.ts'
import {
  openState,
  sealState,
  stateInvalid,
  UploadInterruptedError,
  type OpenState,
  type UploadState,
} from './upload-state.ts'

/** What may be said about an upload that can be resumed. */
export interface ResumeOptions {
  /**
   * Told, before each part is sent, from what the upload could be resumed; not told again before its
   * promise is settled. Keep the newest one where a later process finds it: it also knows which ciphertext
   * has left already.
   */
  readonly onState?: ((state: UploadState) => void | Promise<void>) | undefined
  /** Finish this upload. The source must be the same. */
  readonly resume?: UploadState | undefined
}

/** What {@link uploadResumably} needs to know. */
export interface ResumableUpload extends ResumeOptions {
  readonly settings: Settings
  readonly input: PutObjectCommandInput
  readonly body: RandomAccessBody
  readonly transfer: TransferSettings
  readonly encryptionContext: StringMap | undefined
  readonly storage: EnvelopeStorage | undefined
  readonly abortSignal: AbortSignal | undefined
  readonly onSent: ReturnType<typeof progressOf>
}

/** An upload under way. */
interface Session {
  readonly contentKey: ContentKey
  readonly multipart: MultipartUpload
  readonly publish: Publish
  readonly state: Omit<OpenState, 'parts'>
  /** Of each part whose ciphertext may have left. */
  readonly shares: Map<number, GcmShare>
  readonly completed: Map<number, CompletedPart>
}

const sourceChanged = () =>
  new S3EncryptionError(
    'ERR_SOURCE_CHANGED',
    'The source is not the one that the upload began with: its length, its time of modification or its content is another. Abort the upload and begin anew.',
  )

/**
 * Sends all parts that S3 does not have. If that fails the parts are kept.
 *
 * @throws {@link UploadInterruptedError}; `S3EncryptionError` with `ERR_SOURCE_CHANGED` or
 * `ERR_UPLOAD_STATE`; what begins an upload throws.
 */
export async function uploadResumably(upload: ResumableUpload): Promise<PutObjectCommandOutput> {
  const session = await (upload.resume === undefined
    ? begin(upload)
    : resume(upload, upload.resume))
  try {
    await sendParts(upload, session)
    const { multipart, publish, completed } = session
    return await publish(upload.input, async (before) => {
      await before?.()
      return multipart.complete([...completed.values()], upload.abortSignal)
    })
  } catch (error) {
    if (isS3EncryptionError(error)) throw error
    throw new UploadInterruptedError(await stateOf(session), error)
  }
}

async function begin(upload: ResumableUpload): Promise<Session> {
  const { settings, input, body, transfer, encryptionContext, abortSignal } = upload
  const { client, keyring, suite } = settings
  const { contentKey, envelope } = await beginEncryption({ keyring, suite, encryptionContext })
  const metadata = writeEnvelope(envelope, body.size)
  const placing = { storage: upload.storage, length: body.size, abortSignal }
  const placed = placeEnvelope(settings, input, envelope, placing)
  const multipart = await createMultipart(client, input, placed.metadata)
  return {
    contentKey,
    multipart,
    publish: placed.publish,
    state: {
      version: 1,
      bucket: input.Bucket ?? '',
      key: input.Key ?? '',
      uploadId: multipart.uploadId,
      length: body.size,
      partSize: transfer.partSize,
      fingerprint: body.fingerprint ?? null,
      storage: placed.storage,
      metadata,
    },
    shares: new Map(),
    completed: new Map(),
  }
}

async function resume(upload: ResumableUpload, from: UploadState): Promise<Session> {
  const { settings, input, body, encryptionContext, abortSignal, onSent } = upload
  const { client, keyring } = settings
  if (from.bucket !== input.Bucket || from.key !== input.Key) {
    throw stateInvalid('It is of another object.')
  }
  if (from.length !== body.size || from.fingerprint !== (body.fingerprint ?? null)) {
    throw sourceChanged()
  }
  const envelope = readEnvelope(envelopeFields(from.metadata))
  const placing = { storage: from.storage, length: from.length, abortSignal }
  const { publish } = placeEnvelope(settings, input, envelope, placing)
  // What this client writes it may finish, whatever it may read.
  const policy = { commitmentPolicy: 'FORBID_ENCRYPT_ALLOW_DECRYPT' } as const
  const contentKey = await beginDecryption({ keyring, envelope, policy, encryptionContext })
  const shares = await openState(contentKey, from)
  const multipart = openMultipart(client, input, from.uploadId)
  const stored = await multipart.list()
  if ([...stored.keys()].some((partNumber) => !shares.has(partNumber))) {
    throw stateInvalid('S3 has parts that it does not know: it is not the newest one.')
  }
  const kept = from.parts.filter(
    ({ PartNumber = 0, ETag }) => shares.has(PartNumber) && stored.get(PartNumber) === ETag,
  )
  const state = without(from, ['parts', 'sealed'])
  for (const { PartNumber = 0 } of kept) onSent(PartNumber, shares.get(PartNumber)?.length ?? 0)
  return {
    contentKey,
    multipart,
    publish,
    state,
    shares,
    completed: new Map(kept.map((part) => [part.PartNumber ?? 0, part])),
  }
}

const stateOf = ({ contentKey, state, shares, completed }: Session) =>
  sealState(contentKey, { ...state, parts: [...completed.values()] }, shares)

async function sendParts(upload: ResumableUpload, session: Session): Promise<void> {
  const { body, transfer, abortSignal = new AbortController().signal, onSent, onState } = upload
  const { contentKey, multipart, shares, completed } = session
  const { length, partSize } = session.state
  const { content } = upload.settings
  const cipher = await contentCipher(contentKey, content)
  const count = Math.max(1, Math.ceil(length / partSize))

  // One after the other, so that what is told last knows all that was told before.
  const tellState = takingTurns(async () => onState?.(await stateOf(session)))

  const send = async (partNumber: number, signal: AbortSignal) => {
    if (completed.has(partNumber)) return
    const start = (partNumber - 1) * partSize
    const end = Math.min(start + partSize, length)
    const plaintext = await body.read(start, end)
    if (plaintext.length !== end - start) throw sourceChanged()
    const { ciphertext, share } = await encryptPart(cipher, start, plaintext, content)
    const before = shares.get(partNumber)
    // Other bytes under the same key stream must never leave.
    if (before !== undefined && !sameShare(before, share)) throw sourceChanged()
    shares.set(partNumber, share)
    await tellState()
    const bytes = partNumber === count ? concat(ciphertext, tag()) : ciphertext
    completed.set(partNumber, await multipart.send(partNumber, bytes, signal))
    onSent(partNumber, bytes.length)
  }

  /** All shares are there when the last part is sent. */
  const tag = () => {
    const inOrder = [...shares].sort(([a], [b]) => a - b)
    return cipher.tag(cipher.merge(...inOrder.map(([, share]) => share)))
  }

  const numbers = Array.from({ length: count - 1 }, (_, index) => index + 1)
  await concurrently(numbers, transfer.partsInFlight, abortSignal, send)
  await concurrently([count], 1, abortSignal, send)
}
