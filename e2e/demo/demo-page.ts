// SPDX-License-Identifier: Apache-2.0
/**
 * The page as its users have it: by labels and roles.
 *
 * @module
 */

import { readFile } from 'node:fs/promises'
import { expect, type Locator, type Page } from '@playwright/test'

export interface UploadedFile {
  readonly name: string
  readonly mimeType: string
  readonly buffer: Buffer
}

export interface Choices {
  readonly suite?: RegExp
  readonly key?: string
  readonly context?: Readonly<Record<string, string>>
}

export const SUITES = {
  committing: /with key commitment/,
  gcm: /without commitment/,
  cbc: /AES-256-CBC/,
} as const

export const text = (name: string, content: string): UploadedFile => ({
  name,
  mimeType: 'text/plain',
  buffer: Buffer.from(content),
})

export class DemoPage {
  readonly page: Page
  readonly url: string
  readonly upload: Locator
  readonly objects: Locator
  /** Panel of the object that is shown. */
  readonly object: Locator
  readonly envelope: Locator
  readonly hexDump: Locator
  readonly downloadButton: Locator
  readonly settings: Locator

  constructor(page: Page, url: string) {
    this.page = page
    this.url = url
    this.upload = page.getByRole('region', { name: 'Encrypt and upload' })
    this.objects = page.getByRole('list', { name: 'Objects in the bucket' })
    this.object = page.locator('section').filter({ has: page.getByText('What S3 holds') })
    this.envelope = page.getByRole('table', { name: 'Envelope' })
    this.hexDump = page.getByRole('region', { name: 'Hex dump' })
    this.downloadButton = page.getByRole('button', { name: 'Download and decrypt' })
    this.settings = page.getByRole('dialog', { name: 'Settings' })
  }

  async open(): Promise<void> {
    await this.page.goto(this.url)
    await expect(this.status('Objects')).not.toBeEmpty()
  }

  status(name: string): Locator {
    return this.page.getByRole('status', { name, exact: true })
  }

  /** Encrypts and uploads, and waits until the page shows what S3 holds. */
  async put(file: UploadedFile, choices: Choices = {}): Promise<void> {
    await this.fill(file, choices)
    await this.upload.getByRole('button', { name: 'Encrypt and upload' }).click()
    await expect(this.status('Upload')).toContainText(`uploaded them as ${file.name}`)
    await expect(this.envelope).toBeVisible()
  }

  async fill(file: UploadedFile, { suite, key, context = {} }: Choices = {}): Promise<void> {
    const { upload } = this
    await upload.getByLabel(/Choose a file/).setInputFiles(file)
    if (suite !== undefined) await upload.getByRole('radio', { name: suite }).check()
    if (key !== undefined) await upload.getByLabel('KMS key').selectOption(key)
    await this.fillContext(upload.getByRole('group', { name: /Encryption context/ }), context)
  }

  async fillContext(group: Locator, context: Readonly<Record<string, string>>): Promise<void> {
    for (const [name, value] of Object.entries(context)) {
      await group.getByRole('button', { name: 'Add an entry' }).click()
      await group.getByLabel('Name').last().fill(name)
      await group.getByLabel('Value').last().fill(value)
    }
  }

  /** The rows of the context that the reader expects. */
  get expectedContext(): Locator {
    return this.object.getByRole('group', { name: 'Expected encryption context' })
  }

  /** Clicks the button and takes the file that the browser is given. */
  async download(): Promise<{ name: string; content: Buffer }> {
    const started = this.page.waitForEvent('download')
    await this.downloadButton.click()
    const download = await started
    return { name: download.suggestedFilename(), content: await readFile(await download.path()) }
  }

  /** Clicks the button and takes the failure that the page shows; nothing may have been saved. */
  async failToDownload(): Promise<Locator> {
    let saved = false
    this.page.once('download', () => {
      saved = true
    })
    await this.downloadButton.click()
    const failure = this.object.getByRole('alert')
    await expect(failure).toContainText('Not decrypted, nothing saved')
    expect(saved).toBe(false)
    return failure
  }

  async flip(): Promise<void> {
    await this.object.getByRole('button', { name: 'Flip one byte' }).click()
    await expect(this.status('Object')).toContainText('and is now')
  }
}
