// SPDX-License-Identifier: Apache-2.0
import * as core from '@s3-cse/core'
import { rawRsa } from '@s3-cse/core/raw-rsa'
import { test } from 'vitest'
import { legacyChecks } from '../../../conformance/legacy/checks.ts'

const library = { core, rawRsa, traits: { aes192: true } }

for (const check of legacyChecks) test(check.name, () => check.run(library))
