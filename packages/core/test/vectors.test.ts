import * as core from '@s3-cse/core'
import { test } from 'vitest'
import { vectorChecks } from '../../../conformance/vectors.ts'

for (const { name, run } of vectorChecks) test(name, () => run(core))
