// SPDX-License-Identifier: Apache-2.0
import { EncryptCommand, KMSClient, type KMSClientConfig } from '@aws-sdk/client-kms'
import { beforeAll } from 'vitest'
import {
  legacyObjects,
  newLegacyKeys,
  type LegacyKeys,
  type LegacyObject,
} from '../../../conformance/legacy/writers.ts'
import { KEYS } from './support.ts'

/** Objects of every older client, written anew, their data keys under `alias/app` where KMS wraps them. */
export function useLegacyObjects(account: { kmsConfig(): KMSClientConfig }) {
  let keys: LegacyKeys
  let objects: LegacyObject[]
  beforeAll(async () => {
    const kms = new KMSClient(account.kmsConfig())
    keys = newLegacyKeys({
      kmsKeyId: KEYS.app,
      async kmsEncrypt(Plaintext, EncryptionContext) {
        const input = { KeyId: KEYS.app, Plaintext, EncryptionContext }
        return Buffer.from((await kms.send(new EncryptCommand(input))).CiphertextBlob ?? [])
      },
    })
    objects = await legacyObjects(keys)
  })
  return {
    get keys() {
      return keys
    },
    get objects() {
      return objects
    },
  }
}
