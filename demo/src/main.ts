// SPDX-License-Identifier: Apache-2.0
/**
 * Puts the parts of the page together.
 *
 * @module
 */

import { connect, type Connection } from './connection.ts'
import { loadDemoConfig } from './demo-config.ts'
import { listPanel } from './list.ts'
import { objectPanel } from './object.ts'
import { settingsDialog } from './settings-dialog.ts'
import { loadSettings, type Settings } from './settings.ts'
import { uploadPanel } from './upload.ts'
import { byId, say } from './ui.ts'

const local = await loadDemoConfig()
const connectionStatus = byId('connection', HTMLElement)
let connection: Connection | undefined

const objects = listPanel((address) => {
  objects.mark(address.key)
  if (connection === undefined) return
  void object.show(connection, address)
  object.focus()
})

const object = objectPanel(async () => {
  objects.mark(undefined)
  await objects.refresh()
})

const upload = uploadPanel(async (address) => {
  if (connection === undefined) return
  objects.mark(address.key)
  await Promise.all([objects.refresh(), object.show(connection, address)])
})

const settings = settingsDialog(local !== undefined, use)
byId('open-settings', HTMLButtonElement).addEventListener('click', () => {
  settings.open()
})

function use(chosen: Settings | undefined): void {
  connection = connect(chosen, local)
  object.hide()
  objects.mark(undefined)
  say(connectionStatus, describe(connection))
  upload.connect(connection)
  void objects.connect(connection)
  if (connection === undefined) settings.open()
}

function describe(to: Connection | undefined): string {
  if (to === undefined) return 'Not connected'
  return `${to.local ? 'Local AWS' : 'AWS'} · ${to.bucket} · ${to.region}`
}

use(loadSettings())
