// SPDX-License-Identifier: Apache-2.0
/**
 * The dialog in which the user says where to upload to.
 *
 * @module
 */

import { corsRule } from './cors-rule.ts'
import {
  forgetEverything,
  loadSettings,
  saveSettings,
  type AwsSettings,
  type Settings,
} from './settings.ts'
import { byId } from './ui.ts'

export interface SettingsDialog {
  open(): void
}

/** @param localAvailable - whether the server of the page has a local AWS. */
export function settingsDialog(
  localAvailable: boolean,
  changed: (settings: Settings | undefined) => void,
): SettingsDialog {
  const dialog = byId('settings-dialog', HTMLDialogElement)
  const form = byId('settings-form', HTMLFormElement)
  const awsFields = byId('aws-fields', HTMLFieldSetElement)
  const cognitoFields = byId('cognito-fields', HTMLFieldSetElement)
  const keyFields = byId('key-fields', HTMLFieldSetElement)
  byId('cors-rule', HTMLElement).textContent = corsRule(location.origin)

  const value = (name: string): FormDataEntryValue | null => new FormData(form).get(name)

  /** Fields that do not apply are hidden, and disabled so that they are not asked for. */
  function arrange(): void {
    enable(awsFields, value('mode') === 'aws')
    if (awsFields.disabled) return
    enable(cognitoFields, value('credentials') === 'cognito')
    enable(keyFields, value('credentials') === 'keys')
  }

  function fill(settings: Settings | undefined): void {
    form.reset()
    const aws = settings?.mode === 'aws' ? settings.aws : undefined
    set('mode', aws !== undefined || !localAvailable ? 'aws' : 'local')
    for (const [name, content] of Object.entries(aws ?? {})) set(name, content as string)
    arrange()
  }

  function set(name: string, content: string): void {
    const field = form.elements.namedItem(name)
    if (field instanceof RadioNodeList || field instanceof HTMLInputElement) field.value = content
  }

  byId('use-local', HTMLInputElement).disabled = !localAvailable

  form.addEventListener('change', arrange)
  form.addEventListener('submit', (event) => {
    event.preventDefault()
    const settings = read(form)
    saveSettings(settings)
    dialog.close()
    changed(settings)
  })
  byId('settings-cancel', HTMLButtonElement).addEventListener('click', () => {
    dialog.close()
  })
  byId('settings-forget', HTMLButtonElement).addEventListener('click', () => {
    forgetEverything()
    dialog.close()
    changed(undefined)
  })

  return {
    open() {
      fill(loadSettings())
      dialog.showModal()
    },
  }
}

function enable(fields: HTMLFieldSetElement, on: boolean): void {
  fields.hidden = !on
  fields.disabled = !on
}

function read(form: HTMLFormElement): Settings {
  const data = new FormData(form)
  if (data.get('mode') === 'local') return { mode: 'local' }
  const text = (name: keyof AwsSettings): string => {
    const value = data.get(name)
    return typeof value === 'string' ? value.trim() : ''
  }
  return {
    mode: 'aws',
    aws: {
      region: text('region'),
      bucket: text('bucket'),
      keyId: text('keyId'),
      keyRegion: text('keyRegion'),
      credentials: text('credentials') === 'keys' ? 'keys' : 'cognito',
      identityPoolId: text('identityPoolId'),
      accessKeyId: text('accessKeyId'),
      secretAccessKey: text('secretAccessKey'),
      sessionToken: text('sessionToken'),
      s3Endpoint: text('s3Endpoint'),
      kmsEndpoint: text('kmsEndpoint'),
      cognitoEndpoint: text('cognitoEndpoint'),
    },
  }
}
