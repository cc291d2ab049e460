// SPDX-License-Identifier: Apache-2.0
/**
 * The form that reads an object back: downloads, decrypts, saves to disk.
 *
 * @module
 */

import { saveAs } from '@s3-cse/browser'
import type { Connection } from './connection.ts'
import { contextEditor } from './context-editor.ts'
import { failureCard } from './failures.ts'
import { count } from './format.ts'
import { toHex } from './hex.ts'
import { chooseKey, chosenKey, fillKeys } from './key-select.ts'
import { preview } from './preview.ts'
import { recall } from './remembered.ts'
import { encryptionClient } from './s3.ts'
import { reading, suiteId } from './suites.ts'
import { getFile, type ObjectAddress, type Plaintext } from './transfer.ts'
import { busy, byId, element, isBusy, say, wasCancelled } from './ui.ts'

export interface DownloadForm {
  show(connection: Connection, address: ObjectAddress): void
  /** Takes away the outcome of a download, which may no longer be true. */
  clear(): void
}

export function downloadForm(): DownloadForm {
  const form = byId('download-form', HTMLFormElement)
  const accept = byId('accept', HTMLSelectElement)
  const keySelect = byId('read-key', HTMLSelectElement)
  const context = contextEditor(byId('read-context', HTMLFieldSetElement))
  const button = byId('download', HTMLButtonElement)
  const progress = byId('download-progress', HTMLProgressElement)
  const cancel = byId('download-cancel', HTMLButtonElement)
  const status = byId('download-status', HTMLElement)
  const outcome = byId('download-outcome', HTMLElement)
  let shown: { connection: Connection; address: ObjectAddress } | undefined

  form.addEventListener('submit', (event) => {
    event.preventDefault()
    if (!isBusy(button)) void download()
  })

  async function download(): Promise<void> {
    if (shown === undefined) return
    const asked = shown
    const { connection, address } = asked
    clear()
    say(status, 'Downloading and decrypting…')
    try {
      const key = chosenKey(keySelect, connection.keys)
      const client = encryptionClient(connection, key, reading[suiteId(accept.value)])
      const plaintext = await busy({ button, progress, cancel }, (task) =>
        getFile({ client, ...address, encryptionContext: context.read(), task }),
      )
      const name = fileName(address.key)
      saveAs(plaintext.bytes, name)
      if (asked !== shown) return
      say(status, `Decrypted and saved as ${name}.`)
      outcome.replaceChildren(...(await success(plaintext)))
    } catch (error) {
      if (asked !== shown) return
      say(status, wasCancelled(error) ? 'Cancelled: nothing was saved.' : '')
      if (!wasCancelled(error)) {
        outcome.replaceChildren(failureCard('Not decrypted, nothing saved', error))
      }
    }
  }

  function clear(): void {
    say(status, '')
    outcome.replaceChildren()
  }

  return {
    show(connection, address) {
      shown = { connection, address }
      clear()
      const choices = recall(address)
      accept.value = choices?.suite ?? 'committing'
      fillKeys(keySelect, connection.keys)
      chooseKey(keySelect, choices?.keyId)
      context.write(choices?.encryptionContext ?? {})
    },
    clear,
  }
}

async function success(plaintext: Plaintext): Promise<HTMLElement[]> {
  const { bytes, authenticated } = plaintext
  const digest = new Uint8Array(await crypto.subtle.digest('SHA-256', bytes))
  const look = preview(plaintext)
  return [
    ...(authenticated ? [] : [notAuthenticated()]),
    element(
      'dl',
      { class: 'facts' },
      ...fact('Length', `${count(bytes.length)} bytes`),
      ...fact('SHA-256', element('code', { class: 'value' }, toHex(digest))),
    ),
    ...(look === undefined ? [] : [look]),
  ]
}

const notAuthenticated = (): HTMLElement =>
  element(
    'p',
    { class: 'card warning' },
    element('strong', {}, 'Not authenticated. '),
    'AES-CBC cannot tell whether these bytes are the ones that were encrypted.',
  )

const fact = (term: string, value: Node | string): HTMLElement[] => [
  element('dt', {}, term),
  element('dd', {}, value),
]

/** The last part of a key, which may look like a path. */
const fileName = (key: string): string =>
  key.split('/').findLast((part) => part !== '') ?? 'download'
