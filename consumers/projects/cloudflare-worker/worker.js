// SPDX-License-Identifier: Apache-2.0
import * as library from '@s3-cse/browser'
import { roundTrip } from '../round-trip.js'

export default {
  async fetch(request) {
    await roundTrip(library, await request.json())
    return new Response('done')
  },
}
