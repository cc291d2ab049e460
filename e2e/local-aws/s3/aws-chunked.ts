// SPDX-License-Identifier: Apache-2.0
/**
 * Decoder of the content encoding `aws-chunked`: a body in chunks that may each be signed, followed
 * by trailers that may be signed.
 *
 * @module
 * @see {@link https://docs.aws.amazon.com/AmazonS3/latest/API/sigv4-streaming.html}
 */

import { createHash, type Hash } from 'node:crypto'
import type { Chunks } from '../faults.ts'
import { hmac, sha256Hex, type Signature } from '../sigv4.ts'
import { s3Error } from './errors.ts'

const LONGEST_LINE = 16_384 // bytes

/**
 * @param trailers - receives the trailers, by lower-case name.
 * @param signature - of the request, if its chunks are signed.
 */
export async function* decodeAwsChunked(
  body: Chunks,
  trailers: Map<string, string>,
  signature: Signature | undefined,
): Chunks {
  const input = new Input(body)
  try {
    yield* decode(input, trailers, signature && new SignatureChain(signature))
  } finally {
    await input.close()
  }
}

async function* decode(
  input: Input,
  trailers: Map<string, string>,
  signatures: SignatureChain | undefined,
): Chunks {
  for (let size = -1; size !== 0;) {
    const header = /^([0-9a-fA-F]+)(?:;chunk-signature=([0-9a-f]{64}))?$/.exec(await input.line())
    if (header === null) throw s3Error('InvalidRequest', 'A chunk header is malformed.')
    size = parseInt(header[1] ?? '', 16)
    const hash = signatures && createHash('sha256')
    for (let left = size; left > 0;) {
      const piece = await input.atMost(left)
      left -= piece.length
      hash?.update(piece)
      yield piece
    }
    if (hash) signatures.checkChunk(hash, header[2])
    if (size > 0 && (await input.line()) !== '') {
      throw s3Error('InvalidRequest', 'A chunk is longer than its header says.')
    }
  }
  await readTrailers(input, trailers, signatures)
}

async function readTrailers(
  input: Input,
  trailers: Map<string, string>,
  signatures: SignatureChain | undefined,
): Promise<void> {
  const signed: string[] = []
  for (let line = await input.line(); line !== ''; line = await input.line()) {
    const colon = line.indexOf(':')
    const name = line.slice(0, colon).trim().toLowerCase()
    const value = line.slice(colon + 1).trim()
    if (name === 'x-amz-trailer-signature') signatures?.checkTrailers(signed, value)
    else signed.push(`${name}:${value}\n`)
    trailers.set(name, value)
  }
  if (signatures && signed.length > 0 && !trailers.has('x-amz-trailer-signature')) {
    throw s3Error('SignatureDoesNotMatch')
  }
}

/** Every signature covers the one before it, the first one that of the request. */
class SignatureChain {
  readonly #request: Signature
  #previous: string

  constructor(request: Signature) {
    this.#request = request
    this.#previous = request.signature
  }

  checkChunk(content: Hash, signature: string | undefined): void {
    this.#check('AWS4-HMAC-SHA256-PAYLOAD', [sha256Hex(''), content.digest('hex')], signature)
  }

  checkTrailers(lines: readonly string[], signature: string): void {
    this.#check('AWS4-HMAC-SHA256-TRAILER', [sha256Hex(lines.join(''))], signature)
  }

  #check(algorithm: string, hashes: readonly string[], signature: string | undefined): void {
    const { date, scope, signingKey } = this.#request
    const text = [algorithm, date, scope, this.#previous, ...hashes].join('\n')
    if (hmac(signingKey, text).toString('hex') !== signature) throw s3Error('SignatureDoesNotMatch')
    this.#previous = signature
  }
}

/** A body that is read by lines and by counts. */
class Input {
  readonly #source: AsyncIterator<Buffer>
  #buffered: Buffer = Buffer.alloc(0)

  constructor(body: Chunks) {
    this.#source = body[Symbol.asyncIterator]()
  }

  /** Next line, without its CRLF. */
  async line(): Promise<string> {
    let end = this.#buffered.indexOf('\r\n')
    while (end < 0) {
      const next = await this.#source.next()
      if (next.done === true || this.#buffered.length > LONGEST_LINE)
        throw s3Error('IncompleteBody')
      this.#buffered = Buffer.concat([this.#buffered, next.value])
      end = this.#buffered.indexOf('\r\n')
    }
    const line = this.#buffered.toString('latin1', 0, end)
    this.#buffered = this.#buffered.subarray(end + 2)
    return line
  }

  /** Lets go of the body, wherever it stands. */
  async close(): Promise<void> {
    await this.#source.return?.()
  }

  async atMost(count: number): Promise<Buffer> {
    if (this.#buffered.length === 0) {
      const next = await this.#source.next()
      if (next.done === true) throw s3Error('IncompleteBody')
      this.#buffered = next.value
    }
    const piece = this.#buffered.subarray(0, count)
    this.#buffered = this.#buffered.subarray(piece.length)
    return piece
  }
}
