// SPDX-License-Identifier: Apache-2.0
import { text } from './demo-page.ts'
import { expect, test } from './fixtures.ts'

test('an AWS account of the user’s own, with access keys', async ({ demo, aws, page }) => {
  await page.getByRole('button', { name: 'Settings' }).click()
  const { settings } = demo
  await settings.getByRole('radio', { name: 'My AWS account' }).check()
  await settings.getByRole('radio', { name: 'Access keys' }).check()
  await settings.getByLabel('Bucket', { exact: true }).fill('demo')
  await settings.getByLabel('Region of the bucket').fill('us-east-1')
  await settings.getByLabel('KMS key').fill('alias/demo-eu')
  await settings.getByLabel('Region of the key').fill('eu-west-1')
  await settings.getByLabel('Access key id').fill(aws.credentials.accessKeyId)
  await settings.getByLabel('Secret access key').fill(aws.credentials.secretAccessKey)
  await settings.getByText('Other endpoints').click()
  await settings.getByLabel('S3 endpoint').fill(aws.s3.endpoint)
  await settings.getByLabel('KMS endpoint').fill(aws.kms.endpoint)
  await settings.getByRole('button', { name: 'Use these' }).click()

  await expect(demo.status('Connection')).toHaveText('AWS · demo · us-east-1')
  const file = text('account.txt', 'mine')
  await demo.put(file)
  expect((await demo.download()).content.equals(file.buffer)).toBe(true)
  await expect(demo.object.getByRole('button', { name: 'Flip one byte' })).toBeDisabled()

  await test.step('stays for this tab, and nowhere else', async () => {
    await page.reload()
    await expect(demo.status('Connection')).toHaveText('AWS · demo · us-east-1')
    const kept = await page.evaluate(() => ({
      local: JSON.stringify(Object.entries(localStorage)),
      session: JSON.stringify(Object.entries(sessionStorage)),
      cookies: document.cookie,
    }))
    expect(kept.session).toContain('secretAccessKey')
    expect(kept.local + kept.cookies).toBe('[]')
  })

  await test.step('until it is forgotten', async () => {
    await page.getByRole('button', { name: 'Settings' }).click()
    await expect(settings.getByLabel('Bucket', { exact: true })).toHaveValue('demo')
    await settings.getByRole('button', { name: 'Forget everything' }).click()
    await expect(demo.status('Connection')).toHaveText('Local AWS · demo · us-east-1')
    expect(await page.evaluate(() => sessionStorage.length)).toBe(0)
  })
})

test('an identity pool that Cognito does not know', async ({ demo, aws, page }) => {
  await page.getByRole('button', { name: 'Settings' }).click()
  const { settings } = demo
  await settings.getByRole('radio', { name: 'My AWS account' }).check()
  await settings.getByLabel('Bucket', { exact: true }).fill('demo')
  await settings.getByLabel('Region of the bucket').fill('us-east-1')
  await settings.getByLabel('KMS key').fill('alias/demo')
  await settings.getByLabel('Identity pool id').fill('us-east-1:unknown')
  await settings.getByText('Other endpoints').click()
  await settings.getByLabel('S3 endpoint').fill(aws.s3.endpoint)
  await settings.getByLabel('Cognito Identity endpoint').fill(aws.cognito.endpoint)
  await settings.getByRole('button', { name: 'Use these' }).click()
  await expect(page.getByRole('alert')).toContainText('ResourceNotFoundException')
})

test('without a local AWS the page asks first', async ({ demo, page }) => {
  await page.route('**/local-aws.json', (route) => route.fulfill({ status: 404 }))
  await page.goto(demo.url)
  await expect(demo.settings).toBeVisible()
  await expect(demo.settings.getByRole('radio', { name: 'Local AWS' })).toBeDisabled()
  await expect(demo.settings.getByLabel('Bucket', { exact: true })).toBeVisible()
  await expect(demo.settings).toContainText('never in local storage')
  await expect(demo.status('Connection')).toHaveText('Not connected')
})

test('the policy of the page lets it talk to AWS and this machine only', async ({ demo, page }) => {
  await demo.page.goto(demo.url)
  const refused = await page.evaluate(async () => {
    const violation = new Promise<string>((resolve) => {
      document.addEventListener('securitypolicyviolation', (event) => {
        resolve(event.effectiveDirective)
      })
    })
    await fetch('https://example.org/').catch(() => undefined)
    return violation
  })
  expect(refused).toBe('connect-src')
})
