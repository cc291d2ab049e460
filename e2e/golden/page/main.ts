// SPDX-License-Identifier: Apache-2.0
import * as core from '@s3-cse/core'
import { rawRsa } from '@s3-cse/core/raw-rsa'
import { goldenChecks } from '../../../conformance/golden.ts'

declare global {
  /** Name and error of what failed, by an evaluation in the page. */
  var readGoldenObjects: () => Promise<{ checks: number; failures: string[] }>
}

globalThis.readGoldenObjects = async () => {
  const failures: string[] = []
  for (const check of goldenChecks) {
    await check.run({ core, rawRsa }).catch((error: unknown) => {
      failures.push(`${check.name}: ${String(error)}`)
    })
  }
  return { checks: goldenChecks.length, failures }
}
