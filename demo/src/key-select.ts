// SPDX-License-Identifier: Apache-2.0
/**
 * A choice among the KMS keys of a connection.
 *
 * @module
 */

import type { KmsKey } from './demo-config.ts'
import { element } from './ui.ts'

export function fillKeys(select: HTMLSelectElement, keys: readonly KmsKey[]): void {
  select.replaceChildren(
    ...keys.map(({ keyId, region, note }) =>
      element(
        'option',
        { value: keyId },
        `${keyId} (${[region, note].filter(Boolean).join(', ')})`,
      ),
    ),
  )
}

/** @throws `RangeError` if none is chosen. */
export function chosenKey(select: HTMLSelectElement, keys: readonly KmsKey[]): KmsKey {
  const key = keys[select.selectedIndex]
  if (key === undefined) throw new RangeError('No KMS key is chosen')
  return key
}

/** Chooses a key, or the first one where it is not there. */
export function chooseKey(select: HTMLSelectElement, keyId: string | undefined): void {
  const index = [...select.options].findIndex(({ value }) => value === keyId)
  select.selectedIndex = Math.max(index, 0)
}
