// SPDX-License-Identifier: Apache-2.0
/**
 * The panel of one object: what is stored, reading it back, tampering with it, deleting it.
 *
 * @module
 */

import { DeleteObjectCommand } from '@aws-sdk/client-s3'
import type { Connection } from './connection.ts'
import { confirmDeletion } from './delete-dialog.ts'
import { downloadForm } from './download.ts'
import { failureCard } from './failures.ts'
import { byteToHex } from './hex.ts'
import { inspect, storedView, type Stored } from './inspect.ts'
import { forget } from './remembered.ts'
import { plainClient } from './s3.ts'
import { flipByte } from './tamper.ts'
import type { ObjectAddress } from './transfer.ts'
import { byId, say } from './ui.ts'

/** Byte that is changed: within the first block of every cipher, and in an empty file within the tag. */
const TAMPERED = 5

export interface ObjectPanel {
  show(connection: Connection, address: ObjectAddress): Promise<void>
  hide(): void
  focus(): void
}

export function objectPanel(deleted: () => Promise<void>): ObjectPanel {
  const panel = byId('object', HTMLElement)
  const title = byId('object-title', HTMLElement)
  const name = byId('object-name', HTMLElement)
  const status = byId('object-status', HTMLElement)
  const view = byId('stored', HTMLElement)
  const tamperButton = byId('tamper', HTMLButtonElement)
  const form = downloadForm()
  let shown: { connection: Connection; address: ObjectAddress; stored?: Stored } | undefined

  async function show(connection: Connection, address: ObjectAddress): Promise<void> {
    shown = { connection, address }
    panel.hidden = false
    name.textContent = address.key
    say(status, '')
    tamperButton.disabled = !connection.local
    form.show(connection, address)
    view.replaceChildren()
    await look()
  }

  /** Reads what is stored, and marks what has changed since it was read before. */
  async function look(): Promise<void> {
    if (shown === undefined) return
    const asked = shown
    try {
      const stored = await inspect(asked.connection, asked.address)
      if (asked !== shown) return
      view.replaceChildren(...storedView(stored, asked.stored))
      asked.stored = stored
    } catch (error) {
      if (asked === shown) view.replaceChildren(failureCard('The object could not be read', error))
    }
  }

  async function tamper(): Promise<void> {
    if (shown === undefined) return
    const { connection, address, stored } = shown
    const before = stored?.firstBytes[TAMPERED]
    try {
      await flipByte(connection, address, TAMPERED)
      form.clear()
      await look()
      const after = shown.stored?.firstBytes[TAMPERED]
      if (before === undefined || after === undefined) return
      say(
        status,
        `Byte ${TAMPERED} of the stored object was ${byteToHex(before)} and is now ${byteToHex(after)}. Download it to see whether that is noticed.`,
      )
    } catch (error) {
      view.prepend(failureCard('The object was not changed', error))
    }
  }

  async function remove(): Promise<void> {
    if (shown === undefined) return
    const { connection, address } = shown
    if (!(await confirmDeletion(address.key))) return
    try {
      await plainClient(connection).send(
        new DeleteObjectCommand({ Bucket: address.bucket, Key: address.key }),
      )
      forget(address)
      hide()
      await deleted()
    } catch (error) {
      view.prepend(failureCard('The object was not deleted', error))
    }
  }

  function hide(): void {
    shown = undefined
    panel.hidden = true
  }

  tamperButton.addEventListener('click', () => void tamper())
  byId('delete', HTMLButtonElement).addEventListener('click', () => void remove())

  return {
    show,
    hide,
    focus() {
      title.focus()
    },
  }
}
