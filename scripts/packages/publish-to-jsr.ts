// SPDX-License-Identifier: Apache-2.0
/**
 * Publishes to JSR what the dry run of `check.ts` checks.
 *
 * @module
 */

import { execFileSync } from 'node:child_process'
import { join } from 'node:path'
import { ROOT } from './entry-points.ts'
import { layOutForJsr } from './jsr.ts'

const deno = join(ROOT, 'node_modules', '.bin', 'deno')
execFileSync(deno, ['publish', '--allow-dirty'], { cwd: layOutForJsr(), stdio: 'inherit' })
