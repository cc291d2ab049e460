// SPDX-License-Identifier: Apache-2.0
const library = require('@s3-cse/node')
const { roundTrip } = require('../round-trip.js')

roundTrip(library, JSON.parse(process.argv[2]))
