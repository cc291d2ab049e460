// SPDX-License-Identifier: Apache-2.0
/**
 * How this tab wrote an object, so that reading it again starts with the same choices. Only proposals:
 * they come from the user, never from the bucket, whose word must not decide how it is checked.
 *
 * @module
 */

import type { StringMap } from '@s3-cse/browser'
import type { SuiteId } from './suites.ts'
import type { ObjectAddress } from './transfer.ts'

export interface Choices {
  readonly suite: SuiteId
  readonly keyId: string
  readonly encryptionContext: StringMap
}

const storageKey = ({ bucket, key }: ObjectAddress): string => `s3-cse.object:${bucket}/${key}`

export function remember(address: ObjectAddress, choices: Choices): void {
  sessionStorage.setItem(storageKey(address), JSON.stringify(choices))
}

export function recall(address: ObjectAddress): Choices | undefined {
  const json = sessionStorage.getItem(storageKey(address))
  return json === null ? undefined : (JSON.parse(json) as Choices)
}

export function forget(address: ObjectAddress): void {
  sessionStorage.removeItem(storageKey(address))
}
