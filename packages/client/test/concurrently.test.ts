// SPDX-License-Identifier: Apache-2.0
import { setImmediate } from 'node:timers/promises'
import { setFlagsFromString } from 'node:v8'
import { runInNewContext } from 'node:vm'
import { expect, test } from 'vitest'
import { concurrently } from '../src/transfer/concurrently.ts'

setFlagsFromString('--expose-gc')
const collectGarbage = runInNewContext('gc') as () => void

test('what was worked on is let go, however long the stream is', async () => {
  const items: WeakRef<object>[] = []
  async function* source() {
    for (let number = 0; number < 40; number++) {
      await Promise.resolve()
      const item = { number }
      items.push(new WeakRef(item))
      yield item
    }
  }
  let most = 0
  await concurrently(source(), 2, undefined, async () => {
    await setImmediate()
    collectGarbage()
    most = Math.max(most, items.filter((item) => item.deref() !== undefined).length)
  })
  expect(items).toHaveLength(40)
  expect(most).toBeLessThan(8)
})
