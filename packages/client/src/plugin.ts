// SPDX-License-Identifier: Apache-2.0
/**
 * The encryption client as a plugin of an S3 client: one middleware on the `initialize` step, after
 * the SDK's own. Everything below it (checksums, length, signature, retries) sees ciphertext only.
 *
 * @module
 */

import type { S3Client, ServiceInputTypes, ServiceOutputTypes } from '@aws-sdk/client-s3'
import { S3EncryptionError } from '@s3-cse/core'
import { prepare, sendAfter } from './before-sending.ts'
import { copyObject } from './copy-object.ts'
import { deleteObject, deleteObjects } from './delete-objects.ts'
import { getObject } from './get-object.ts'
import { headObject } from './head-object.ts'
import {
  abortMultipartUpload,
  completeMultipartUpload,
  createMultipartUpload,
  uploadPart,
} from './multipart/commands.ts'
import { isInternal, type Next, type Operation } from './operation.ts'
import { checkOptions, type S3EncryptionOptions, type Settings } from './options.ts'
import { putObject } from './put-object.ts'
import { refuseUploadPartCopy } from './refusals.ts'
import { USER_AGENT } from './version.ts'

/** What `client.middlewareStack.use()` takes. */
export type S3Plugin = Parameters<S3Client['middlewareStack']['use']>[0]

/** Options of {@link s3Encryption}. */
export type S3EncryptionPluginOptions = S3EncryptionOptions & {
  /** The client that the plugin is for; requests that the plugin makes itself go through it. */
  readonly client: S3Client
}

/** How the middleware is found in a stack, and replaced or removed. */
export const MIDDLEWARE_NAME = 's3EncryptionMiddleware'

const PREPARATION_NAME = 's3EncryptionPreparationMiddleware'

/** The operations that carry content or envelopes. All others pass through. */
const operations = {
  PutObjectCommand: putObject,
  GetObjectCommand: getObject,
  HeadObjectCommand: headObject,
  CopyObjectCommand: copyObject,
  DeleteObjectCommand: deleteObject,
  DeleteObjectsCommand: deleteObjects,
  CreateMultipartUploadCommand: createMultipartUpload,
  UploadPartCommand: uploadPart,
  CompleteMultipartUploadCommand: completeMultipartUpload,
  AbortMultipartUploadCommand: abortMultipartUpload,
  UploadPartCopyCommand: refuseUploadPartCopy,
} as unknown as Readonly<
  Record<string, (settings: Settings) => Operation<ServiceInputTypes, ServiceOutputTypes>>
>

/**
 * Encryption for an existing `S3Client` or `S3`.
 *
 * @example
 * ```ts
 * import { S3 } from '@aws-sdk/client-s3'
 * import { kmsKeyring, s3Encryption } from '@s3-cse/client'
 *
 * const client = new S3({ region: 'eu-central-1' })
 * client.middlewareStack.use(s3Encryption({ client, keyring: kmsKeyring({ keyId: 'alias/app' }) }))
 * ```
 * @throws `S3EncryptionError` with `ERR_CONFIGURATION`; also if the client encrypts already.
 */
export function s3Encryption({ client, ...options }: S3EncryptionPluginOptions): S3Plugin {
  const { middlewareStack } = (client as S3Client | undefined) ?? {}
  if (middlewareStack === undefined) {
    throw new S3EncryptionError(
      'ERR_CONFIGURATION',
      's3Encryption() needs the client that it is for: client.middlewareStack.use(s3Encryption({ client, … })).',
    )
  }
  refuseEncrypting(middlewareStack)
  return pluginWith(checkOptions(client, options))
}

/** Two layers of encryption would make objects that nobody can read; one would hide the other's policy. */
function refuseEncrypting(stack: { identify(): string[] }): void {
  if (stack.identify().some((entry) => entry.startsWith(MIDDLEWARE_NAME))) {
    throw new S3EncryptionError(
      'ERR_CONFIGURATION',
      'The client encrypts already. Give s3Encryption() a plain S3Client, or use the encrypting one as it is.',
    )
  }
}

/** The plugin for options that are checked already. */
export function pluginWith(settings: Settings): S3Plugin {
  const handlers = new Map(
    Object.entries(operations).map(([command, operation]) => [command, operation(settings)]),
  )
  return {
    applyToStack(stack) {
      refuseEncrypting(stack)
      stack.add(
        (next, context) => async (args) => {
          const handler = handlers.get(context.commandName ?? '')
          if (handler === undefined) return next(args)
          context.userAgent = [...(context.userAgent ?? []), USER_AGENT]
          if (isInternal(args.input)) return next(args)
          let response: unknown
          const send: Next<ServiceInputTypes, ServiceOutputTypes> = async (input, before) => {
            const deliver = () => next({ ...args, input })
            const result = await (before === undefined
              ? deliver()
              : sendAfter(context, before, deliver))
            response = result.response
            return result.output
          }
          const output = await handler(args.input, send, { abortSignal: abortSignalOf(context) })
          return { response, output }
        },
        { step: 'initialize', priority: 'low', name: MIDDLEWARE_NAME, override: true },
      )
      // Deeper than where the presigner turns back, and than where the SDK signs.
      stack.add(
        (next, context) => async (args) =>
          (await prepare(context, args.request))
            ? next(args)
            : { response: {}, output: { $metadata: {} } },
        { step: 'deserialize', priority: 'high', name: PREPARATION_NAME, override: true },
      )
    },
  }
}

/** The signal that the caller gave to `send`; the SDK keeps it in the context of the command. */
function abortSignalOf(context: object): AbortSignal | undefined {
  const smithy = (context as { __smithy_context?: { abortSignal?: AbortSignal } }).__smithy_context
  return smithy?.abortSignal
}
