// SPDX-License-Identifier: Apache-2.0
import * as core from '@s3-cse/core'
import { rawRsa } from '@s3-cse/core/raw-rsa'
import { test } from 'vitest'
import { goldenChecks } from '../../../conformance/golden.ts'

for (const check of goldenChecks) test(check.name, () => check.run({ core, rawRsa }))
