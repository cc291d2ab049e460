// SPDX-License-Identifier: Apache-2.0
import * as library from '@s3-cse/deno'
import { roundTrip } from '../round-trip.js'

await roundTrip(library, JSON.parse(Deno.args[0]))
