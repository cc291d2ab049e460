// SPDX-License-Identifier: Apache-2.0
import * as library from '@s3-cse/node'
import { roundTrip } from '../round-trip.js'

await roundTrip(library, JSON.parse(process.argv[2]))
