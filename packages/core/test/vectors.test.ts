import * as core from '@s3-cse/core'
import { test } from 'vitest'
import { vectorChecks } from '../../../conformance/vectors.ts'

for (const check of vectorChecks) test(check.name, () => check.run(core))
