// SPDX-License-Identifier: Apache-2.0
import * as library from '@s3-cse/browser'
import { roundTrip } from '../round-trip.js'

globalThis.run = async (account) => {
  const workers = library.workerPool({ size: 2 })
  await roundTrip(library, account, { workers })
  return 'done'
}
