// SPDX-License-Identifier: Apache-2.0
/**
 * Rows of names and values: an encryption context in a form.
 *
 * @module
 */

import type { StringMap } from '@s3-cse/browser'
import { element } from './ui.ts'

export interface ContextEditor {
  read(): StringMap
  write(context: StringMap): void
}

/** @param root - a fieldset, to whose end the rows and a button to add one are put. */
export function contextEditor(root: HTMLElement): ContextEditor {
  const rows = element('ul', { class: 'rows' })
  const add = element('button', { type: 'button', class: 'quiet' }, 'Add an entry')
  root.append(rows, add)

  function addRow(name = '', value = ''): HTMLInputElement {
    const nameInput = textInput(name, { required: true })
    const valueInput = textInput(value)
    const remove = element(
      'button',
      { type: 'button', class: 'quiet', 'aria-label': 'Remove this entry' },
      '×',
    )
    const row = element(
      'li',
      {},
      labelled('Name', nameInput),
      labelled('Value', valueInput),
      remove,
    )
    remove.addEventListener('click', () => {
      row.remove()
      checkNames()
      add.focus()
    })
    rows.append(row)
    return nameInput
  }

  const names = (): HTMLInputElement[] => [
    ...rows.querySelectorAll<HTMLInputElement>('label:first-child > input'),
  ]

  function checkNames(): void {
    const seen = new Set<string>()
    for (const input of names()) {
      input.setCustomValidity(seen.has(input.value) ? 'Another entry has this name.' : '')
      seen.add(input.value)
    }
  }

  rows.addEventListener('input', checkNames)
  add.addEventListener('click', () => {
    addRow().focus()
    checkNames()
  })

  return {
    read: () =>
      Object.fromEntries(
        [...rows.children].map((row) => {
          const [name, value] = row.querySelectorAll('input')
          return [name?.value ?? '', value?.value ?? '']
        }),
      ),
    write(context) {
      rows.replaceChildren()
      for (const [name, value] of Object.entries(context)) addRow(name, value)
    },
  }
}

function textInput(value: string, attributes: Record<string, boolean> = {}): HTMLInputElement {
  const input = element('input', {
    type: 'text',
    autocomplete: 'off',
    spellcheck: 'false',
    ...attributes,
  })
  input.value = value
  return input
}

const labelled = (text: string, input: HTMLInputElement): HTMLLabelElement =>
  element('label', {}, element('span', {}, text), input)
