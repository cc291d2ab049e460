// SPDX-License-Identifier: Apache-2.0

/** Version of this package, as its package.json says. */
export const VERSION = '0.1.0'

/** What requests to S3 and AWS KMS add to the user agent of the SDK. */
export const USER_AGENT: [string, string] = ['S3EC-TS', VERSION]
