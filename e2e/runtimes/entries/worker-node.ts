// SPDX-License-Identifier: Apache-2.0
/**
 * A Cloudflare Worker with the packages for Node.js, whose modules it emulates.
 *
 * @module
 */

import * as sdk from '@aws-sdk/client-s3'
import * as core from '@s3-cse/core'
import { rawRsa } from '@s3-cse/core/raw-rsa'
import * as client from '@s3-cse/node'
import { serveSuite } from './serve-suite.ts'

export default serveSuite({ core, client, sdk, rawRsa, files: undefined })
