// SPDX-License-Identifier: Apache-2.0
/**
 * `GetObject`: what comes above this point is authenticated plaintext, unless asked for otherwise by name.
 *
 * @module
 */

import type { GetObjectCommandInput, GetObjectCommandOutput } from '@aws-sdk/client-s3'
import {
  authenticateStream,
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
import { objectChanged, pinnedTo, throwReplaced } from './object-changed.ts'
import type { Operation } from './operation.ts'
import type { Settings } from './options.ts'
import { requestOptions } from './request-options.ts'
import { storedEnvelope } from './stored-envelope.ts'

type Get = (input: GetObjectCommandInput) => Promise<GetObjectCommandOutput>

/** Decrypts the body. All else passes through. */
export function getObject(
  settings: Settings,
): Operation<GetObjectCommandInput, GetObjectCommandOutput> {
  return async (input, next) => {
    refuseParts(input)
    const stated = statedMode(requestOptions(input))
    const mode = stated === undefined ? settings.authentication : authentication(stated)
    const output = await next(input)
    // The presigner gets its URL, which reads ciphertext.
    if ('presigned' in output || output.Body === undefined) return output
    const body = output.Body as SdkBody
    try {
      const contentKey = await openContent(settings, input, output, mode)
      if (contentKey === undefined) return output
      return await readers[mode.mode]({
        contentKey,
        content: settings.content,
        input,
        output,
        body,
        get: next,
      })
    } catch (error) {
      await discard(body)
      throw error
    }
  }
}

/** Everything that can be refused is refused before the key is asked for. */
async function openContent(
  settings: Settings,
  input: GetObjectCommandInput,
  output: GetObjectCommandOutput,
  mode: Authentication,
): Promise<ContentKey | undefined> {
  const envelope = storedEnvelope(settings, output)
  if (envelope === undefined) return undefined
  if (output.ContentRange !== undefined) throw partRefused()
  if (mode.mode === 'buffered') checkBufferSize(mode.bufferSize, output.ContentLength)
  const { keyring, policy } = settings
  const { encryptionContext } = requestOptions(input)
  return beginDecryption({ keyring, envelope, policy, encryptionContext })
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

  delayed: (reading) => Promise.resolve(streamed(reading)),

  async 'two-pass'(reading) {
    const { contentKey, content, input, output, body, get } = reading
    // CBC has no tag that a first pass could check.
    if (contentKey.suite.tagLength === 0) return streamed(reading)
    await authenticateStream(contentKey, responseChunks(body), {
      ...content,
      length: output.ContentLength,
    })
    const second = await get({ ...input, ...pinnedTo(output) }).catch(throwReplaced)
    const secondBody = second.Body as SdkBody | undefined
    if (secondBody === undefined || second.ContentLength !== output.ContentLength) {
      if (secondBody !== undefined) await discard(secondBody)
      throw objectChanged()
    }
    return streamed({ ...reading, output: second, body: secondBody })
  },
}

function streamed({ contentKey, content, output, body }: Reading): GetObjectCommandOutput {
  const { tagLength } = contentKey.suite
  const length = output.ContentLength
  const plaintext = decryptStreamUnverified(contentKey, responseChunks(body), {
    ...content,
    length,
  })
  // How much of CBC content is padding is known at its end.
  const known = tagLength > 0 && length !== undefined ? length - tagLength : undefined
  return Object.assign({}, output, { Body: bodyFrom(plaintext, body), ContentLength: known })
}

function partRefused(): S3EncryptionError {
  return new S3EncryptionError(
    'ERR_NOT_SUPPORTED',
    'A part of an encrypted object cannot be authenticated. Read all of it, without Range and PartNumber.',
  )
}

/**
 * Refuses what cannot be authenticated: a piece of an object.
 *
 * @throws `S3EncryptionError` with `ERR_NOT_SUPPORTED`.
 */
function refuseParts({ Range, PartNumber }: GetObjectCommandInput): void {
  if (Range !== undefined || PartNumber !== undefined) throw partRefused()
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
