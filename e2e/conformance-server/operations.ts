// SPDX-License-Identifier: Apache-2.0
/**
 * The operations of the model.
 *
 * @module
 */

import { randomUUID } from 'node:crypto'
import {
  createClient,
  keyringOf,
  type Client,
  type ClientConfig,
  type KeyMaterial,
} from './clients.ts'
import { GenericServerError, jsonReply, type Reply } from './errors.ts'
import { pairs, readMetadataList, writeMetadataList } from './metadata-list.ts'

/** Clients by the identifiers that they were given. */
export type Clients = Map<string, Client>

/** One request. */
export interface Call {
  readonly clients: Clients
  readonly bucket: string
  readonly key: string
  /** By its name in lower case. */
  readonly header: (name: string) => string | undefined
  readonly body: Buffer
}

export type Operation = (call: Call) => Promise<Reply> | Reply

/** By method and path, whose groups are bucket and key. */
export const operations: readonly (readonly [string, RegExp, Operation])[] = [
  ['POST', /^\/client$/, create],
  ['PUT', /^\/object\/([^/]+)\/([^/]+)$/, put],
  ['GET', /^\/object\/([^/]+)\/([^/]+)$/, get],
  ['POST', /^\/object\/([^/]+)\/([^/]+)\/reencrypt$/, reEncrypt],
]

function create({ clients, body }: Call): Reply {
  const { config } = json(body) as { config?: ClientConfig | null }
  const clientId = randomUUID()
  clients.set(clientId, createClient(config ?? {}))
  return jsonReply({ clientId })
}

async function put(call: Call): Promise<Reply> {
  const { s3, context } = requested(call)
  const { bucket, key, body, header } = call
  await s3.putObject({ Bucket: bucket, Key: key, Body: body }, context)
  const metadata = pairs(readMetadataList(header('content-metadata')))
  return jsonReply({ bucket, key, metadata })
}

async function get(call: Call): Promise<Reply> {
  const { s3, context } = requested(call)
  const { Body, Metadata = {} } = await s3.getObject(
    { Bucket: call.bucket, Key: call.key, Range: call.header('range') },
    { ...context, instructionFileSuffix: call.header('instructionfilesuffix') },
  )
  return {
    status: 200,
    headers: {
      'content-type': 'application/octet-stream',
      'content-metadata': writeMetadataList(Metadata),
    },
    body: (await Body?.transformToByteArray()) ?? new Uint8Array(),
  }
}

async function reEncrypt(call: Call): Promise<Reply> {
  const { bucket, key, header, body } = call
  const { s3 } = requested(call)
  const suffix = header('instructionfilesuffix')
  const enforceRotation = header('enforcerotation') === 'true'
  await s3.reEncryptInstructionFile(
    { Bucket: bucket, Key: key },
    {
      newKeyring: keyringOf(json(body) as KeyMaterial, false),
      // Here, unlike in GetObject, the interface leaves the dot away.
      ...(suffix === undefined ? {} : { instructionFileSuffix: `.${suffix}` }),
      enforceRotation,
    },
  )
  return jsonReply({
    bucket,
    key,
    instructionFileSuffix: suffix ?? 'instruction',
    enforceRotation,
  })
}

/** The client of a request, and what the request says about its context. */
function requested({ clients, header }: Call) {
  const id = header('clientid')
  if (id === undefined) throw new GenericServerError(400, 'The header ClientID is required.')
  const client = clients.get(id)
  if (client === undefined) throw new GenericServerError(404, `No client ${id}.`)
  const encryptionContext = readMetadataList(header('content-metadata'))
  const given = client.knowsContext && Object.keys(encryptionContext).length > 0
  return { s3: client.s3, context: given ? { encryptionContext } : {} }
}

function json(body: Buffer): unknown {
  try {
    return JSON.parse(body.toString())
  } catch {
    throw new GenericServerError(400, 'The body is not JSON.')
  }
}
