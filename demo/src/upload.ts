// SPDX-License-Identifier: Apache-2.0
/**
 * The form that encrypts a file and uploads it.
 *
 * @module
 */

import type { Connection } from './connection.ts'
import { contextEditor } from './context-editor.ts'
import { failureCard } from './failures.ts'
import { size } from './format.ts'
import { chosenKey, fillKeys } from './key-select.ts'
import { remember } from './remembered.ts'
import { encryptionClient } from './s3.ts'
import { suiteId, writing } from './suites.ts'
import { putFile, type ObjectAddress } from './transfer.ts'
import { busy, byId, isBusy, say, wasCancelled } from './ui.ts'

export interface UploadPanel {
  connect(connection: Connection | undefined): void
}

export function uploadPanel(uploaded: (address: ObjectAddress) => Promise<void>): UploadPanel {
  const form = byId('upload-form', HTMLFormElement)
  const file = filePicker()
  const keySelect = byId('write-key', HTMLSelectElement)
  const context = contextEditor(byId('write-context', HTMLFieldSetElement))
  const objectKey = byId('object-key', HTMLInputElement)
  const button = byId('upload', HTMLButtonElement)
  const progress = byId('upload-progress', HTMLProgressElement)
  const cancel = byId('upload-cancel', HTMLButtonElement)
  const status = byId('upload-status', HTMLElement)
  const outcome = byId('upload-outcome', HTMLElement)
  const cbcWarning = byId('cbc-warning', HTMLElement)
  let connection: Connection | undefined

  const suite = (): ReturnType<typeof suiteId> => suiteId(new FormData(form).get('suite'))

  form.addEventListener('change', () => {
    cbcWarning.hidden = suite() !== 'cbc'
  })
  form.addEventListener('submit', (event) => {
    event.preventDefault()
    if (!isBusy(button)) void upload()
  })

  async function upload(): Promise<void> {
    const chosen = file.chosen()
    outcome.replaceChildren()
    if (connection === undefined) say(status, 'Say in the settings where to upload to.')
    if (connection === undefined || chosen === undefined) return
    const { bucket } = connection
    const address = { bucket, key: objectKey.value }
    const key = chosenKey(keySelect, connection.keys)
    const encryptionContext = context.read()
    say(status, `Encrypting and uploading ${chosen.name}…`)
    try {
      const client = encryptionClient(connection, key, writing[suite()])
      await busy({ button, progress, cancel }, (task) =>
        putFile({ client, ...address, encryptionContext, task }, chosen),
      )
      remember(address, { suite: suite(), keyId: key.keyId, encryptionContext })
      say(status, `Encrypted ${size(chosen.size)} and uploaded them as ${address.key}.`)
      await uploaded(address)
    } catch (error) {
      say(status, wasCancelled(error) ? 'Cancelled: nothing was uploaded.' : '')
      if (!wasCancelled(error)) outcome.append(failureCard('Nothing was uploaded', error))
    }
  }

  return {
    connect(next) {
      connection = next
      fillKeys(keySelect, next?.keys ?? [])
      say(status, '')
      outcome.replaceChildren()
    },
  }
}

/** The file input, which also takes what is dropped on it; a file proposes its name as the key. */
function filePicker(): { chosen(): File | undefined } {
  const input = byId('file', HTMLInputElement)
  const area = byId('drop', HTMLLabelElement)
  const name = byId('file-name', HTMLElement)
  const objectKey = byId('object-key', HTMLInputElement)
  const chosen = (): File | undefined => input.files?.[0]

  input.addEventListener('change', () => {
    const file = chosen()
    name.textContent = file === undefined ? '' : `${file.name}, ${size(file.size)}`
    if (file !== undefined) objectKey.value = file.name
  })
  area.addEventListener('dragover', (event) => {
    event.preventDefault()
    area.classList.add('over')
  })
  area.addEventListener('dragleave', () => {
    area.classList.remove('over')
  })
  area.addEventListener('drop', (event) => {
    event.preventDefault()
    area.classList.remove('over')
    if (event.dataTransfer === null || event.dataTransfer.files.length === 0) return
    input.files = event.dataTransfer.files
    input.dispatchEvent(new Event('change', { bubbles: true }))
  })
  return { chosen }
}
