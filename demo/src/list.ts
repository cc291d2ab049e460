// SPDX-License-Identifier: Apache-2.0
/**
 * The objects of the bucket.
 *
 * @module
 */

import { ListObjectsV2Command, type ListObjectsV2CommandOutput } from '@aws-sdk/client-s3'
import type { Connection } from './connection.ts'
import { failureCard } from './failures.ts'
import { count, date, size } from './format.ts'
import { plainClient } from './s3.ts'
import type { ObjectAddress } from './transfer.ts'
import { byId, element, say } from './ui.ts'

export interface ListPanel {
  /** @param connection - `undefined` shows nothing. */
  connect(connection: Connection | undefined): Promise<void>
  refresh(): Promise<void>
  /** Marks an object as the one that is shown. */
  mark(key: string | undefined): void
}

export function listPanel(select: (address: ObjectAddress) => void): ListPanel {
  const list = byId('objects', HTMLUListElement)
  const status = byId('objects-status', HTMLElement)
  const outcome = byId('objects-outcome', HTMLElement)
  let connection: Connection | undefined
  let marked: string | undefined

  byId('refresh', HTMLButtonElement).addEventListener('click', () => {
    void refresh()
  })

  async function refresh(): Promise<void> {
    const asked = connection
    if (asked === undefined) return
    try {
      const output = await plainClient(asked).send(
        new ListObjectsV2Command({ Bucket: asked.bucket }),
      )
      if (asked === connection) show(asked.bucket, output)
    } catch (error) {
      if (asked !== connection) return
      list.replaceChildren()
      say(status, '')
      outcome.replaceChildren(failureCard('The bucket could not be listed', error))
    }
  }

  function show(bucket: string, { Contents = [], IsTruncated }: ListObjectsV2CommandOutput): void {
    outcome.replaceChildren()
    say(status, summary(Contents.length, IsTruncated === true))
    list.replaceChildren(
      ...Contents.map(({ Key: key = '', Size = 0, LastModified }) => {
        const button = element(
          'button',
          { type: 'button', 'data-key': key },
          element('span', { class: 'name' }, key),
          element(
            'span',
            { class: 'hint' },
            [`${size(Size)} stored`, LastModified && date(LastModified)]
              .filter(Boolean)
              .join(' · '),
          ),
        )
        button.addEventListener('click', () => {
          select({ bucket, key })
        })
        return element('li', {}, button)
      }),
    )
    mark(marked)
  }

  function mark(key: string | undefined): void {
    marked = key
    for (const button of list.querySelectorAll('button')) {
      if (button.dataset['key'] === key) button.setAttribute('aria-current', 'true')
      else button.removeAttribute('aria-current')
    }
  }

  return {
    async connect(next) {
      connection = next
      list.replaceChildren()
      outcome.replaceChildren()
      say(status, '')
      await refresh()
    },
    refresh,
    mark,
  }
}

function summary(found: number, more: boolean): string {
  if (found === 0) return 'The bucket is empty. Upload a file to begin.'
  if (more) return `The first ${count(found)} objects.`
  return found === 1 ? '1 object.' : `${count(found)} objects.`
}
