// SPDX-License-Identifier: Apache-2.0
import * as library from '@s3-cse/browser'
import { roundTrip } from '../round-trip.js'

addEventListener('message', ({ data, ports: [port] }) => {
  roundTrip(library, data).then(
    () => port.postMessage('done'),
    (error) => port.postMessage(String(error)),
  )
})
