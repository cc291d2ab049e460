// SPDX-License-Identifier: Apache-2.0
/**
 * Asks before an object is deleted.
 *
 * @module
 */

import { byId } from './ui.ts'

const CONFIRMED = 'confirmed'

export function confirmDeletion(name: string): Promise<boolean> {
  const dialog = byId('delete-dialog', HTMLDialogElement)
  byId('delete-name', HTMLElement).textContent = name
  byId('delete-confirm', HTMLButtonElement).onclick = () => {
    dialog.close(CONFIRMED)
  }
  byId('delete-cancel', HTMLButtonElement).onclick = () => {
    dialog.close()
  }
  dialog.returnValue = ''
  dialog.showModal()
  return new Promise((resolve) => {
    dialog.addEventListener(
      'close',
      () => {
        resolve(dialog.returnValue === CONFIRMED)
      },
      { once: true },
    )
  })
}
