// SPDX-License-Identifier: Apache-2.0
import type { Page } from '@playwright/test'
import { SUITES, text } from './demo-page.ts'
import { contrastProblems } from './contrast.ts'
import { expect, test } from './fixtures.ts'

const file = text('keyboard.txt', 'typed, not clicked')

/** Presses Tab until the focus is on what is wanted, as somebody without a mouse does. */
async function tabTo(page: Page, name: string, back = false): Promise<void> {
  for (let presses = 0; presses < 60; presses++) {
    await page.keyboard.press(back ? 'Shift+Tab' : 'Tab')
    const focused = page.locator(':focus')
    const label = await focused.evaluate((node) => {
      const labels = node instanceof HTMLInputElement ? [...(node.labels ?? [])] : []
      return [node, ...labels].map(({ textContent }) => textContent).join(' ')
    })
    if (label.includes(name)) return
  }
  throw new Error(`No Tab leads to ${name}`)
}

test('the whole story without a mouse', async ({ demo, page }) => {
  await page.keyboard.press('Tab')
  await expect(page.getByRole('link', { name: 'Skip to the content' })).toBeFocused()
  await page.keyboard.press('Enter')

  await tabTo(page, 'Choose a file')
  const chooser = page.waitForEvent('filechooser')
  await page.keyboard.press('Enter')
  await (await chooser).setFiles(file)

  await tabTo(page, 'with key commitment')
  await page.keyboard.press('ArrowDown')
  await expect(demo.upload.getByRole('radio', { name: SUITES.gcm })).toBeChecked()

  await tabTo(page, 'Add an entry')
  await page.keyboard.press('Enter')
  await page.keyboard.type('tenant')
  await page.keyboard.press('Tab')
  await page.keyboard.type('7')
  await tabTo(page, 'Encrypt and upload')
  await page.keyboard.press('Enter')
  await expect(demo.status('Upload')).toContainText('uploaded them as keyboard.txt')
  await expect(page.getByRole('button', { name: 'Encrypt and upload' })).toBeFocused()

  await tabTo(page, 'keyboard.txt')
  await page.keyboard.press('Enter')
  await expect(page.getByRole('heading', { name: 'keyboard.txt' })).toBeFocused()

  await tabTo(page, 'Download and decrypt')
  const download = page.waitForEvent('download')
  await page.keyboard.press('Enter')
  expect((await download).suggestedFilename()).toBe('keyboard.txt')
  await expect(demo.status('Download')).toContainText('Decrypted and saved')

  await tabTo(page, 'Delete')
  await page.keyboard.press('Enter')
  const dialog = page.getByRole('dialog', { name: 'Delete this object?' })
  await expect(dialog).toBeVisible()
  await page.keyboard.press('Escape')
  await expect(dialog).toBeHidden()
  await expect(demo.object.getByRole('button', { name: 'Delete' })).toBeFocused()
})

for (const colorScheme of ['light', 'dark'] as const) {
  test.describe(colorScheme, () => {
    test.use({ colorScheme })

    test('text stands out from what is behind it', async ({ demo, page }) => {
      await demo.put(text('contrast.txt', 'x'.repeat(100)), { suite: SUITES.cbc })
      await demo.flip()
      await demo.object.getByLabel('Accept').selectOption('committing')
      await demo.failToDownload()
      expect(await contrastProblems(page)).toEqual([])

      const background = await page.evaluate(
        () => getComputedStyle(document.documentElement).backgroundColor,
      )
      const brightness = Math.max(...(background.match(/\d+/g) ?? []).map(Number))
      expect(brightness > 128).toBe(colorScheme === 'light')

      await page.getByRole('button', { name: 'Settings' }).click()
      await demo.settings.getByRole('radio', { name: 'My AWS account' }).check()
      expect(await contrastProblems(page)).toEqual([])
    })
  })
}

for (const width of [320, 375]) {
  test.describe(`${width} pixels wide`, () => {
    test.use({ viewport: { width, height: 640 }, hasTouch: true, isMobile: true })

    test('nothing has to be scrolled sideways', async ({ demo, page }) => {
      const overflow = (): Promise<number> =>
        page.evaluate(() => document.documentElement.scrollWidth - innerWidth)
      expect(await overflow()).toBe(0)
      await demo.put(text(`${'a-very-long-name-'.repeat(8)}.txt`, 'x'.repeat(500)), {
        context: { tenant: 'a-long-value-'.repeat(10) },
      })
      await demo.download()
      expect(await overflow()).toBe(0)
      await demo.flip()
      await demo.failToDownload()
      expect(await overflow()).toBe(0)
      await expect(demo.envelope.getByRole('rowheader').first()).toBeVisible()

      await page.getByRole('button', { name: 'Settings' }).click()
      await demo.settings.getByRole('radio', { name: 'My AWS account' }).check()
      await demo.settings.getByText('What the bucket needs').click()
      expect(await demo.settings.evaluate((node) => node.scrollWidth - node.clientWidth)).toBe(0)
    })
  })
}

test('every control has a name, every id is there once', async ({ demo, page }) => {
  await demo.put(text('names.txt', 'x'), { context: { tenant: '7' } })
  await page.getByRole('button', { name: 'Settings' }).click()
  const problems = await page.evaluate(() => {
    const ids = [...document.querySelectorAll('[id]')].map(({ id }) => id)
    const twice = ids.filter((id, index) => ids.indexOf(id) !== index)
    const references = ['aria-labelledby', 'aria-describedby', 'for'].flatMap((name) =>
      [...document.querySelectorAll(`[${name}]`)].flatMap(
        (node) => node.getAttribute(name)?.split(' ') ?? [],
      ),
    )
    const nameless = [...document.querySelectorAll('input, select, button')].filter((node) => {
      const labels = 'labels' in node ? [...(node.labels as NodeListOf<HTMLElement>)] : []
      const words = [node.ariaLabel, ...[node, ...labels].map(({ textContent }) => textContent)]
      return words.join('').trim() === ''
    })
    return [
      ...twice.map((id) => `id twice: ${id}`),
      ...references.filter((id) => !ids.includes(id)).map((id) => `no such id: ${id}`),
      ...nameless.map((node) => `no name: ${node.outerHTML}`),
    ]
  })
  expect(problems).toEqual([])
})

test('the page says what it is not', async ({ demo, page }) => {
  await expect(page.getByRole('heading', { level: 1 })).toBeVisible()
  await expect(page.getByRole('main')).toContainText(
    'not affiliated with, endorsed by or supported',
  )
  await expect(page.getByRole('main')).toContainText('nobody has audited it')
  await expect(demo.upload).toBeVisible()
})

test.describe('reduced motion', () => {
  test.use({ contextOptions: { reducedMotion: 'reduce' } })

  test('waiting is said, not moved', async ({ demo, aws, page }) => {
    const fault = aws.s3.faults.add({ operation: 'PutObject', kind: 'stall' })
    await demo.fill(text('waiting.txt', 'x'))
    await demo.upload.getByRole('button', { name: 'Encrypt and upload' }).click()
    await fault.reached
    await expect(demo.status('Upload')).toContainText('Encrypting and uploading waiting.txt')
    await expect(page.getByRole('progressbar')).toBeHidden()
    fault.release()
    await expect(demo.status('Upload')).toContainText('uploaded them as waiting.txt')
  })
})
