// SPDX-License-Identifier: Apache-2.0
/**
 * The one list of checks: what every runtime must do, area by area.
 *
 * @module
 */

import type { Area } from './check.ts'
import { contentChecks } from './content.ts'
import { corsChecks } from './cors.ts'
import { envelopeChecks } from './envelope.ts'
import { errorChecks } from './errors.ts'
import { fileChecks } from './files.ts'
import { goldenChecks } from './golden.ts'
import { keyringChecks } from './keyrings.ts'
import { legacyChecks } from './legacy/checks.ts'
import type { Library } from './library.ts'
import { putGetChecks } from './put-get.ts'
import { readingChecks } from './reading.ts'
import { transferChecks } from './transfers.ts'
import { vectorChecks } from './vectors.ts'

export const areas: readonly Area<Library>[] = [
  {
    name: 'vectors',
    checks: vectorChecks.map((check) => ({
      name: check.name,
      run: ({ core }) => check.run(core),
    })),
  },
  { name: 'golden objects', checks: goldenChecks },
  { name: 'legacy', checks: legacyChecks },
  { name: 'keyrings', checks: keyringChecks },
  { name: 'envelope', checks: envelopeChecks },
  { name: 'content', checks: contentChecks },
  { name: 'put and get', checks: putGetChecks },
  { name: 'reading', checks: readingChecks },
  { name: 'transfers', checks: transferChecks },
  { name: 'files', applies: ({ files }) => files !== undefined, checks: fileChecks },
  { name: 'errors', checks: errorChecks },
  { name: 'CORS', checks: corsChecks },
]
