// SPDX-License-Identifier: Apache-2.0
/**
 * `GetObject`: what comes above this point is authenticated plaintext, unless asked for otherwise by name.
 *
 * @module
 */

import type { GetObjectCommandInput, GetObjectCommandOutput } from '@aws-sdk/client-s3'
import {
  authenticateStream,
  decryptAuthenticated,
  beginDecryption,
  decryptBuffered,
  decryptStreamUnverified,
  S3EncryptionError,
  type Bytes,
  type ContentKey,
  type ContentOptions,
} from '@s3-cse/core'
import { authentication, statedMode, type Authentication } from './authentication.ts'
import { bodyFrom, discard, responseChunks, type SdkBody } from './body/output.ts'
import { isPartial, storedRange } from './content-range.ts'
import { objectChanged, pinnedTo, throwReplaced } from './object-changed.ts'
import { isPresigned, type Operation } from './operation.ts'
import type { Settings } from './options.ts'
import { requestOptions } from './request-options.ts'
import { pastCaches } from './past-caches.ts'
import { parseRange, type RangeRequest } from './range-request.ts'
import { readRange } from './read-range.ts'
import { storedEnvelope } from './stored-envelope.ts'

type Get = (input: GetObjectCommandInput) => Promise<GetObjectCommandOutput>

/** Decrypts the body, or a range of it. All else passes through. */
export function getObject(
  settings: Settings,
): Operation<GetObjectCommandInput, GetObjectCommandOutput> {
  return async (asked, next, { abortSignal }) => {
    refusePartNumber(asked)
    const range = requestedRange(settings, asked)
    const options = requestOptions(asked)
    const stated = statedMode(options)
    const mode = stated === undefined ? settings.authentication : authentication(stated)
    const input = { ...(range ? pastCaches(asked) : asked), Range: range?.header }
    const output = await next(input)
    // The presigner gets its URL, which reads ciphertext.
    if (isPresigned(output) || output.Body === undefined) return output
    const body = output.Body as SdkBody
    try {
      const envelope = await storedEnvelope(settings, { input, options, abortSignal }, output)
      if (envelope === undefined) return await plainObject(asked, input, output, next)
      // Everything that can be refused is refused before the key is asked for.
      const { keyring, policy, content } = settings
      const { encryptionContext } = options
      const response = { content, input, output, body, get: next }
      const decryption = { keyring, envelope, policy, encryptionContext }
      if (isPartial(output)) {
        if (range === undefined) throw unasked()
        const stored = storedRange(range, output)
        const contentKey = await beginDecryption({ ...decryption, ranged: true })
        return await readRange({ ...response, range, stored, envelope, contentKey })
      }
      if (mode.mode === 'buffered') checkBufferSize(mode.bufferSize, output.ContentLength)
      const contentKey = await beginDecryption(decryption)
      return await readers[mode.mode]({ ...response, contentKey })
    } catch (error) {
      await discard(body)
      throw error
    }
  }
}

/**
 * The range that a request asks for, if it is one.
 *
 * @throws `S3EncryptionError` with `ERR_LEGACY_CONTENT_DISABLED` for any `Range` at all, unless unauthenticated
 * content is allowed.
 */
function requestedRange(
  settings: Settings,
  { Range }: GetObjectCommandInput,
): RangeRequest | undefined {
  if (Range === undefined) return undefined
  if (settings.policy.enableLegacyUnauthenticatedModes !== true) {
    throw new S3EncryptionError(
      'ERR_LEGACY_CONTENT_DISABLED',
      'A range of an encrypted object cannot be authenticated. Read all of it, or, to read ranges all the same, set enableLegacyUnauthenticatedModes.',
    )
  }
  return parseRange(Range, settings)
}

/** An object that is not encrypted, as it was asked for. */
async function plainObject(
  asked: GetObjectCommandInput,
  sent: GetObjectCommandInput,
  output: GetObjectCommandOutput,
  get: Get,
): Promise<GetObjectCommandOutput> {
  if (sent.Range === asked.Range) return output
  await discard(output.Body as SdkBody)
  return get({ ...asked, ...pinnedTo(output) }).catch(throwReplaced)
}

interface Reading {
  readonly contentKey: ContentKey
  readonly content: ContentOptions
  readonly input: GetObjectCommandInput
  readonly output: GetObjectCommandOutput
  readonly body: SdkBody
  readonly get: Get
}

/** From a response to one with plaintext, in each mode. */
const readers: Readonly<
  Record<Authentication['mode'], (reading: Reading) => Promise<GetObjectCommandOutput>>
> = {
  async buffered({ contentKey, content, output, body }) {
    const plaintext = await decryptBuffered(contentKey, responseChunks(body), {
      ...content,
      length: output.ContentLength,
    })
    return Object.assign({}, output, {
      Body: bodyFrom(once(Promise.resolve(plaintext)), body),
      ContentLength: plaintext.length,
    })
  },

  delayed: (reading) => Promise.resolve(streamed(reading, decryptStreamUnverified)),

  async 'two-pass'(reading) {
    const { contentKey, content, input, output, body, get } = reading
    // CBC has no tag that a first pass could check.
    if (contentKey.suite.tagLength === 0) return streamed(reading, decryptStreamUnverified)
    const known = await authenticateStream(contentKey, responseChunks(body), {
      ...content,
      length: output.ContentLength,
    })
    const second = await get({ ...input, ...pinnedTo(output) }).catch(throwReplaced)
    const secondBody = second.Body as SdkBody | undefined
    if (secondBody === undefined || second.ContentLength !== output.ContentLength) {
      if (secondBody !== undefined) await discard(secondBody)
      throw objectChanged()
    }
    return streamed({ ...reading, output: second, body: secondBody }, (key, source, options) =>
      decryptAuthenticated(key, source, known, options),
    )
  },
}

function streamed(
  { contentKey, content, output, body }: Reading,
  decrypt: typeof decryptStreamUnverified,
): GetObjectCommandOutput {
  const { tagLength } = contentKey.suite
  const length = output.ContentLength
  const plaintext = decrypt(contentKey, responseChunks(body), {
    ...content,
    length,
  })
  // How much of CBC content is padding is known at its end.
  const known = tagLength > 0 && length !== undefined ? length - tagLength : undefined
  return Object.assign({}, output, { Body: bodyFrom(plaintext, body), ContentLength: known })
}

function unasked(): S3EncryptionError {
  return new S3EncryptionError(
    'ERR_CONTENT_RANGE',
    'The response holds a part of the object, but all of it was asked for.',
  )
}

/**
 * Refuses a part by its number: it is a piece of the ciphertext.
 *
 * @throws `S3EncryptionError` with `ERR_NOT_SUPPORTED`.
 */
function refusePartNumber({ PartNumber }: GetObjectCommandInput): void {
  if (PartNumber !== undefined) {
    throw new S3EncryptionError(
      'ERR_NOT_SUPPORTED',
      'PartNumber names a piece of the ciphertext, which is none of the plaintext. Use download() for parts side by side, or Range.',
    )
  }
}

function checkBufferSize(bufferSize: number, length: number | undefined): void {
  if (length === undefined || length > bufferSize) {
    throw new S3EncryptionError(
      'ERR_BUFFER_LIMIT',
      `The object has ${length ?? 'an unknown number of'} bytes; at most ${bufferSize} are held in memory until they are authenticated. Use download(), a larger bufferSize, or twoPassAuthentication, or, if unverified plaintext can be discarded again, delayedAuthentication.`,
    )
  }
}

async function* once(bytes: Promise<Bytes>): AsyncGenerator<Bytes> {
  yield await bytes
}
