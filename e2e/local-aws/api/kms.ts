// SPDX-License-Identifier: Apache-2.0
/**
 * Operations of KMS.
 *
 * @module
 * @see {@link https://docs.aws.amazon.com/kms/latest/APIReference/API_Operations.html}
 */

import { randomBytes } from 'node:crypto'
import { omit } from '../record.ts'
import { apiError, type ApiErrorCode } from './errors.ts'
import {
  bytes,
  choice,
  encryptionContext,
  integer,
  optionalText,
  text,
  type Input,
} from './input.ts'
import { keyNameOf, seal, unseal, type EncryptionContext } from './kms-crypto.ts'
import { aliasArn, keyArn, type Key, type KeyStore } from './kms-keys.ts'
import { checkPolicy, denies } from './kms-policy.ts'

export interface KmsCall {
  readonly store: KeyStore
  readonly region: string
  readonly input: Input
}

type KmsOperation = (call: KmsCall) => unknown

const LARGEST_PLAINTEXT = { least: 1, most: 4096 } // bytes
const LARGEST_CIPHERTEXT = { least: 1, most: 6144 } // bytes
const DATA_KEY_BYTES = { AES_256: 32, AES_128: 16 } as const
const DAY = 24 * 3600 // seconds

export const kmsOperations: Readonly<Record<string, KmsOperation>> = {
  CreateKey({ store, region, input }) {
    choice(input, 'KeyUsage', ['ENCRYPT_DECRYPT'])
    choice(input, 'KeySpec', ['SYMMETRIC_DEFAULT'])
    const key = store.create(region, {
      description: optionalText(input, 'Description') ?? '',
      policy: checkPolicy(optionalText(input, 'Policy') ?? ''),
      multiRegion: input['MultiRegion'] === true,
    })
    return { KeyMetadata: keyMetadata(store, key) }
  },

  ReplicateKey({ store, region, input }) {
    const key = store.find(region, text(input, 'KeyId'))
    const replica = store.replicate(key, text(input, 'ReplicaRegion'), {
      description: optionalText(input, 'Description') ?? '',
      policy: checkPolicy(optionalText(input, 'Policy') ?? ''),
    })
    return {
      ReplicaKeyMetadata: keyMetadata(store, replica),
      ReplicaPolicy: replica.policy,
    }
  },

  DescribeKey: ({ store, region, input }) => ({
    KeyMetadata: keyMetadata(store, store.find(region, text(input, 'KeyId'))),
  }),

  ListKeys: ({ store, region }) => ({
    Keys: store.keys(region).map((key) => ({ KeyId: key.id, KeyArn: keyArn(key) })),
    Truncated: false,
  }),

  EnableKey(call) {
    call.store.change(changeableKey(call), { state: 'Enabled' })
  },

  DisableKey(call) {
    call.store.change(changeableKey(call), { state: 'Disabled' })
  },

  ScheduleKeyDeletion(call) {
    const { store, input } = call
    const days = integer(input, 'PendingWindowInDays', { least: 7, most: 30, missing: 30 })
    const key = changeableKey(call)
    const deletion = Math.floor(Date.now() / 1000) + days * DAY
    store.change(key, { state: 'PendingDeletion', deletion })
    return {
      KeyId: keyArn(key),
      DeletionDate: deletion,
      KeyState: key.state,
      PendingWindowInDays: days,
    }
  },

  CreateAlias({ store, region, input }) {
    const name = text(input, 'AliasName')
    if (!/^alias\/(?!aws\/)[\w/-]{1,250}$/.test(name)) throw apiError('InvalidAliasNameException')
    store.addAlias(region, name, store.find(region, text(input, 'TargetKeyId')))
  },

  DeleteAlias({ store, region, input }) {
    store.deleteAlias(region, text(input, 'AliasName'))
  },

  ListAliases({ store, region, input }) {
    const wanted = optionalText(input, 'KeyId')
    const id = wanted === undefined ? undefined : store.find(region, wanted).id
    return {
      Aliases: store
        .aliases(region)
        .filter(([, target]) => id === undefined || target === id)
        .map(([name, target]) => ({
          AliasName: name,
          AliasArn: aliasArn(region, name),
          TargetKeyId: target,
        })),
      Truncated: false,
    }
  },

  CreateGrant({ store, region, input }) {
    store.find(region, text(input, 'KeyId'))
    text(input, 'GranteePrincipal')
    return {
      GrantId: randomBytes(32).toString('hex'),
      GrantToken: randomBytes(96).toString('base64'),
    }
  },

  GenerateDataKey: (call) => generateDataKey(call, 'GenerateDataKey'),

  GenerateDataKeyWithoutPlaintext(call) {
    return omit(generateDataKey(call, 'GenerateDataKeyWithoutPlaintext'), ['Plaintext'])
  },

  Encrypt(call) {
    const { input } = call
    const plaintext = bytes(input, 'Plaintext', LARGEST_PLAINTEXT)
    const context = encryptionContext(input)
    const key = usableKey(call, text(input, 'KeyId'), 'Encrypt', context)
    return {
      CiphertextBlob: sealed(key, plaintext, context),
      KeyId: keyArn(key),
      EncryptionAlgorithm: choice(input, 'EncryptionAlgorithm', ['SYMMETRIC_DEFAULT']),
    }
  },

  Decrypt(call) {
    const { input } = call
    const { key, plaintext } = open(call, 'Decrypt', encryptionContext(input), 'KeyId')
    return {
      Plaintext: plaintext.toString('base64'),
      KeyId: keyArn(key),
      EncryptionAlgorithm: choice(input, 'EncryptionAlgorithm', ['SYMMETRIC_DEFAULT']),
    }
  },

  ReEncrypt(call) {
    const { input } = call
    const before = encryptionContext(input, 'SourceEncryptionContext')
    const after = encryptionContext(input, 'DestinationEncryptionContext')
    const { key: source, plaintext } = open(call, 'ReEncryptFrom', before, 'SourceKeyId')
    const key = usableKey(call, text(input, 'DestinationKeyId'), 'ReEncryptTo', after)
    return {
      CiphertextBlob: sealed(key, plaintext, after),
      SourceKeyId: keyArn(source),
      KeyId: keyArn(key),
      SourceEncryptionAlgorithm: 'SYMMETRIC_DEFAULT',
      DestinationEncryptionAlgorithm: 'SYMMETRIC_DEFAULT',
    }
  },
}

function generateDataKey(
  call: KmsCall,
  action: string,
): Record<'Plaintext' | 'CiphertextBlob' | 'KeyId', string> {
  const { input } = call
  const context = encryptionContext(input)
  const length = dataKeyLength(input)
  const key = usableKey(call, text(input, 'KeyId'), action, context)
  const plaintext = randomBytes(length)
  return {
    Plaintext: plaintext.toString('base64'),
    CiphertextBlob: sealed(key, plaintext, context),
    KeyId: keyArn(key),
  }
}

/** Either the one member or the other. */
function dataKeyLength(input: Input): number {
  const byNumber = input['NumberOfBytes'] !== undefined
  if (byNumber === (input['KeySpec'] !== undefined)) {
    throw apiError('ValidationException', 'Please specify either number of bytes or key spec.')
  }
  return byNumber
    ? integer(input, 'NumberOfBytes', { least: 1, most: 1024 })
    : DATA_KEY_BYTES[choice(input, 'KeySpec', ['AES_256', 'AES_128'])]
}

function sealed(key: Key, plaintext: Buffer, context: EncryptionContext): string {
  const name = { region: key.region, keyId: key.id }
  return seal(name, Buffer.from(key.material, 'base64'), plaintext, context).toString('base64')
}

/** Decrypts with the key that the ciphertext names, which must be the one that the caller names. */
function open(
  call: KmsCall,
  action: string,
  context: EncryptionContext,
  keyMember: string,
): { key: Key; plaintext: Buffer } {
  const { store, region, input } = call
  const ciphertext = bytes(input, 'CiphertextBlob', LARGEST_CIPHERTEXT)
  const expected = optionalText(input, keyMember)
  const expectedKey = expected === undefined ? undefined : store.find(region, expected)
  const { keyId } = keyNameOf(ciphertext)
  const named = store.get(region, keyId)
  if (expectedKey !== undefined && named !== expectedKey) throw apiError('IncorrectKeyException')
  // As KMS words it, whether the key is in another region, gone, or somebody else's.
  if (named === undefined) {
    throw apiError(
      'AccessDeniedException',
      'The ciphertext refers to a customer master key that does not exist, does not exist in ' +
        'this region, or you are not allowed to access.',
    )
  }
  const key = usableKey(call, named.id, action, context)
  return { key, plaintext: unseal(Buffer.from(key.material, 'base64'), ciphertext, context) }
}

const unusable: Readonly<Record<Exclude<Key['state'], 'Enabled'>, ApiErrorCode>> = {
  Disabled: 'DisabledException',
  PendingDeletion: 'KMSInvalidStateException',
}

/** A key for cryptography. */
function usableKey(
  { store, region }: KmsCall,
  name: string,
  action: string,
  context: EncryptionContext,
): Key {
  const key = store.find(region, name)
  if (denies(key.policy, action, context)) {
    throw apiError('AccessDeniedException', `kms:${action} on ${keyArn(key)} is explicitly denied`)
  }
  if (key.state !== 'Enabled') {
    throw apiError(unusable[key.state], `${keyArn(key)} is ${key.state.toLowerCase()}.`)
  }
  return key
}

/** A key for administration, which does not go by alias. */
function changeableKey({ store, region, input }: KmsCall): Key {
  const key = store.find(region, text(input, 'KeyId'))
  if (key.state === 'PendingDeletion') {
    throw apiError('KMSInvalidStateException', `${keyArn(key)} is pending deletion.`)
  }
  return key
}

function keyMetadata(store: KeyStore, key: Key): Record<string, unknown> {
  const named = (region: string): Record<string, string> => ({
    Arn: keyArn({ ...key, region }),
    Region: region,
  })
  return {
    AWSAccountId: '000000000000',
    KeyId: key.id,
    Arn: keyArn(key),
    CreationDate: key.created,
    Enabled: key.state === 'Enabled',
    Description: key.description,
    KeyUsage: 'ENCRYPT_DECRYPT',
    KeyState: key.state,
    DeletionDate: key.deletion,
    Origin: 'AWS_KMS',
    KeyManager: 'CUSTOMER',
    CustomerMasterKeySpec: 'SYMMETRIC_DEFAULT',
    KeySpec: 'SYMMETRIC_DEFAULT',
    EncryptionAlgorithms: ['SYMMETRIC_DEFAULT'],
    MultiRegion: key.multiRegion,
    MultiRegionConfiguration: key.multiRegion
      ? {
          MultiRegionKeyType: key.region === key.primaryRegion ? 'PRIMARY' : 'REPLICA',
          PrimaryKey: named(key.primaryRegion),
          ReplicaKeys: store.regionsOf(key).map(named),
        }
      : undefined,
  }
}
