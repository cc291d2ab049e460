// SPDX-License-Identifier: Apache-2.0
/**
 * Downloads: ranges of one object side by side, each decrypted and hashed on its own, the whole
 * authenticated before the sink shows any of it.
 *
 * @module
 */

import {
  GetObjectCommand,
  type GetObjectCommandInput,
  type GetObjectCommandOutput,
} from '@aws-sdk/client-s3'
import {
  beginDecryption,
  contentCipher,
  decryptionFailed,
  decryptPartUnverified,
  decryptStreamUnverified,
  envelopeMissing,
  release,
  type Bytes,
  type ContentKey,
  type ContentOptions,
  type GcmShare,
  type StringMap,
} from '@s3-cse/core'
import { discard, responseChunks, type SdkBody } from '../body/output.ts'
import type { InstructionFileOptions } from '../instruction-file/options.ts'
import { isPartial, storedRange } from '../content-range.ts'
import { without } from '../members.ts'
import { objectChanged, pinnedTo, throwReplaced } from '../object-changed.ts'
import { abortedBy, internal } from '../operation.ts'
import type { Settings } from '../options.ts'
import { pastCaches } from '../past-caches.ts'
import { storedEnvelope } from '../stored-envelope.ts'
import { concurrently } from './concurrently.ts'
import { fetchRange, type GetRange } from './fetch-range.ts'
import { transferSettings, type TransferOptions } from './options.ts'
import type { OpenSink, Sink } from './ports.ts'
import { untilAborted } from './until-aborted.ts'

/** An object to download: everything that `GetObject` takes but for pieces. */
export type DownloadInput = Omit<GetObjectCommandInput, 'Range' | 'PartNumber'>

/** What `GetObject` answers, without the body: that is in the sink. */
export type DownloadOutput = Omit<GetObjectCommandOutput, 'Body' | 'ContentRange'>

/** How far a download is. Bytes of ciphertext. */
export interface DownloadProgress {
  /** Bytes that have arrived. */
  readonly received: number
  /** Bytes of the stored object. */
  readonly total: number
}

/** Options of a download. */
export type DownloadOptions = TransferOptions &
  InstructionFileOptions & {
    /** Must equal what the object was written with. */
    readonly encryptionContext?: StringMap | undefined
    /** Ends the download; the sink leaves no trace. */
    readonly abortSignal?: AbortSignal | undefined
    /** Told after each range. */
    readonly onProgress?: ((progress: DownloadProgress) => void) | undefined
  }

const TAG = 16 // bytes

/** A stored object that is being read. */
interface Download {
  readonly contentKey: ContentKey
  readonly content: ContentOptions
  readonly get: GetRange
  /** The response that came first. */
  readonly first: GetObjectCommandOutput
  /** Bytes of the stored object. */
  readonly total: number
  readonly partSize: number
  readonly partsInFlight: number
  readonly attempts: number
  /** Aborted by the caller, or by the first failure. */
  readonly ending: AbortSignal
  /** Ends all requests, and throws. */
  readonly fail: (error: unknown) => never
  readonly onProgress: DownloadOptions['onProgress']
}

/**
 * Downloads an object into a sink. Whatever goes wrong, the sink is aborted.
 *
 * @throws as `GetObject`; `S3EncryptionError` with `ERR_OBJECT_CHANGED` if the object was replaced
 * meanwhile; what the sink throws.
 */
export async function download(
  settings: Settings,
  input: DownloadInput,
  sink: Sink,
  options: DownloadOptions = {},
): Promise<DownloadOutput> {
  const { client, keyring, policy } = settings
  const { encryptionContext, abortSignal, onProgress } = options
  const { partSize, partsInFlight } = transferSettings(options, settings.transfer)
  // One failure ends all requests: the response of another may stall for ever.
  const failed = new AbortController()
  const fail = (error: unknown): never => {
    failed.abort(error)
    throw error
  }
  const ending = AbortSignal.any([failed.signal, ...(abortSignal ? [abortSignal] : [])])
  const send = (request: GetObjectCommandInput) =>
    client.send(new GetObjectCommand(internal({ ...input, ...request })), abortedBy(ending))

  const beginning = rangeOf(0, partSize)
  const first = await send(pastCaches({ ...input, Range: beginning })).catch(throwEmpty)
  try {
    const encryptedOnly = { ...settings, allowUnencryptedObjects: false }
    const envelope = await storedEnvelope(encryptedOnly, { input, options, abortSignal }, first)
    if (envelope === undefined) throw envelopeMissing()
    const total = totalOf(first, beginning)
    const contentKey = await beginDecryption({ keyring, envelope, policy, encryptionContext })
    const get: GetRange = async (start, end) => {
      const range = { ...input, ...pinnedTo(first), Range: rangeOf(start, end) }
      const response = await send(range).catch(throwReplaced)
      if (response.ETag !== first.ETag) throw objectChanged()
      return response
    }
    const attempts = await client.config.maxAttempts()
    const read = contentKey.suite.tagLength === 0 ? readStream : readRanges
    const length = await into(sink, (open) =>
      read(
        {
          contentKey,
          content: settings.content,
          get,
          first,
          total,
          partSize,
          partsInFlight,
          attempts,
          ending,
          fail,
          onProgress,
        },
        open,
      ),
    )
    return { ...without(first, ['Body', 'ContentRange']), ContentLength: length }
  } catch (error) {
    await discard(first.Body as SdkBody)
    return fail(error)
  }
}

const rangeOf = (start: number, end: number) => `bytes=${start}-${end - 1}`

/** An object of no bytes has no first byte to ask for, and no envelope worth the name. */
function throwEmpty(error: unknown): never {
  const { name } = error as { name?: string }
  throw name === 'InvalidRange' ? envelopeMissing({ cause: error }) : error
}

/** Bytes of the stored object that a response is the beginning of. */
function totalOf(first: GetObjectCommandOutput, header: string): number {
  return isPartial(first)
    ? storedRange({ header, startIn: () => 0 }, first).objectLength
    : Number(first.ContentLength)
}

/** Fills a sink, and commits or aborts it. */
async function into(sink: Sink, fill: (open: OpenSink) => Promise<number>): Promise<number> {
  const open = await sink.open()
  try {
    const length = await fill(open)
    await open.commit()
    return length
  } catch (error) {
    await open.abort().catch(() => undefined)
    throw error
  }
}

/** Content with a tag: ranges in any order. */
async function readRanges(download: Download, sink: OpenSink): Promise<number> {
  const { contentKey, content, get, first, total, partSize, partsInFlight, attempts } = download
  const { ending, fail, onProgress } = download
  const length = total - TAG
  if (length < 0) throw decryptionFailed()
  const cipher = await contentCipher(contentKey, content)
  const shares: GcmShare[] = []
  let tag: Bytes = new Uint8Array(0)
  let received = 0
  const ranges = cut(length, partSize)

  const read = async (range: Range, signal: AbortSignal) => {
    const { index, start, end, last } = range
    const fetched = await fetchRange(get, {
      start,
      end: last ? total : end,
      attempts,
      signal,
      first: index === 0 ? first : undefined,
    })
    if (last) tag = fetched.slice(-TAG)
    const ciphertext = fetched.subarray(0, end - start)
    const { plaintext, share } = await decryptPartUnverified(cipher, start, ciphertext, content)
    shares[index] = share
    // A sink may make a range wait for one before it, which may never come.
    await untilAborted(sink.write(start, plaintext), signal)
    received += fetched.length
    release(plaintext)
    release(fetched)
    onProgress?.({ received, total })
  }

  await concurrently(ranges, partsInFlight, ending, (range, signal) =>
    read(range, signal).catch(fail),
  )

  if (!cipher.verify(cipher.merge(...shares), tag)) throw decryptionFailed()
  return length
}

interface Range {
  readonly index: number
  readonly start: number
  readonly end: number
  readonly last: boolean
}

/** Ranges of a content; one empty range of an empty one. */
function* cut(length: number, size: number): Generator<Range> {
  const count = Math.max(1, Math.ceil(length / size))
  for (let index = 0; index < count; index++) {
    const start = index * size
    yield { index, start, end: Math.min(start + size, length), last: index === count - 1 }
  }
}

/** Content without a tag, in order; nothing can authenticate it. */
async function readStream(download: Download, sink: OpenSink): Promise<number> {
  const { contentKey, content, get, first, total, ending, onProgress } = download
  await discard(first.Body as SdkBody)
  const response = await get(0, total)
  const stored = responseChunks(response.Body as SdkBody)
  let written = 0
  const plaintexts = decryptStreamUnverified(contentKey, stored, { ...content, length: total })
  for await (const plaintext of plaintexts) {
    ending.throwIfAborted()
    await sink.write(written, plaintext)
    written += plaintext.length
    onProgress?.({ received: written, total })
  }
  return written
}
