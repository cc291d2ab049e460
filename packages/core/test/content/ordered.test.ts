// SPDX-License-Identifier: Apache-2.0
import fc from 'fast-check'
import { setTimeout } from 'node:timers/promises'
import { expect, test } from 'vitest'
import { mapOrdered } from '../../src/content/ordered.ts'
import { watched } from './sources.ts'
import { sample } from './support.ts'

const items = (count: number) => Array.from({ length: count }, (_, i) => sample(1, i))

test('results keep their order, and no more are at work than allowed', async () => {
  const property = fc.asyncProperty(
    fc.array(fc.nat({ max: 3 }), { maxLength: 20 }),
    fc.integer({ min: 1, max: 5 }),
    async (delays, concurrency) => {
      let atWork = 0
      let most = 0
      const work = async (delay: number) => {
        most = Math.max(most, ++atWork)
        for (let i = 0; i < delay; i++) await new Promise((resolve) => setImmediate(resolve))
        atWork--
        return delay
      }
      const results: number[] = []
      for await (const result of mapOrdered(delays, concurrency, work)) results.push(result)
      expect(results).toEqual(delays)
      expect(most).toBe(delays.length === 0 ? 0 : most)
      expect(most).toBeLessThanOrEqual(concurrency)
    },
  )
  await fc.assert(property, { numRuns: 50 })
})

test('it works on as many at a time as it may', async () => {
  let atWork = 0
  let most = 0
  const work = async () => {
    most = Math.max(most, ++atWork)
    await setTimeout(1)
    atWork--
  }
  for await (const _ of mapOrdered(items(8), 3, work)) expect(_).toBeUndefined()
  expect(most).toBe(3)
})

test('a slow source does not keep back what is ready', async () => {
  async function* source() {
    yield 1
    await new Promise(() => undefined)
  }
  const results = mapOrdered(source(), 4, (item) => Promise.resolve(item))
  expect(await results.next()).toEqual({ done: false, value: 1 })
  await results.return(undefined) // although the source does not answer
})

test('a failure of the work closes the source', async () => {
  const { source, state } = watched(items(50))
  const results = mapOrdered(source, 3, async () => {
    await setTimeout(0)
    throw new Error('work')
  })
  await expect(results.next()).rejects.toThrow('work')
  expect(state.closed).toBe(1)
  expect(state.asked).toBeLessThanOrEqual(4)
})

test('a failure of the source ends all, and does not close what has ended', async () => {
  const { source, state } = watched(items(2), new Error('source'))
  const results = mapOrdered(source, 4, (item) => setTimeout(1, item))
  const read = async () => {
    for await (const _ of results) expect(_).toHaveLength(1)
  }
  await expect(read()).rejects.toThrow('source')
  expect(state.closed).toBe(0)
})

test('a consumer that stops early closes the source', async () => {
  const { source, state } = watched(items(50))
  for await (const _ of mapOrdered(source, 3, (item) => Promise.resolve(item))) {
    expect(_).toHaveLength(1)
    break
  }
  expect(state.closed).toBe(1)
})

test('a source that fails while its consumer is busy has failed all the same', async () => {
  let fail: () => void = () => undefined
  const gate = new Promise<void>((resolve) => {
    fail = resolve
  })
  async function* source() {
    yield 1
    await gate
    throw new Error('network')
  }
  const results = mapOrdered(source(), 4, (item) => Promise.resolve(item))
  expect(await results.next()).toEqual({ done: false, value: 1 })
  fail()
  await new Promise((resolve) => setImmediate(resolve))
  await expect(results.next()).rejects.toThrow('network')
})
