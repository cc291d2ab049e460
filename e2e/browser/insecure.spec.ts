// SPDX-License-Identifier: Apache-2.0
import { expect, test } from './fixtures.ts'

test('a page that is not secure learns so before anything is sent', async ({
  playwright,
  launchOptions,
  served,
  account,
  settings,
  object,
}) => {
  const rule = '--host-resolver-rules=MAP insecure.test 127.0.0.1'
  const browser = await playwright.chromium.launch({
    ...launchOptions,
    args: [...(launchOptions.args ?? []), rule],
  })
  try {
    const page = await browser.newPage()
    await page.goto(served.url.replace('127.0.0.1', 'insecure.test'))
    await page.waitForFunction(() => 'cse' in globalThis)
    account.aws.s3.requests.clear()
    const result = await page.evaluate(
      async ({ settings, object }) => ({
        secure: isSecureContext,
        failures: [
          await cse.failure(cse.client(settings).putObject({ ...object, Body: 'secret' })),
          await cse.failure(
            cse.client(settings, cse.workerPool()).putObject({ ...object, Body: 'secret' }),
          ),
        ],
      }),
      { settings, object },
    )
    expect(result).toEqual({ secure: false, failures: Array(2).fill('ERR_WEBCRYPTO_MISSING') })
    expect(account.aws.s3.requests.of('PutObject')).toEqual([])
  } finally {
    await browser.close()
  }
})
