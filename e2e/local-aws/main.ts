// SPDX-License-Identifier: Apache-2.0
/**
 * Runs the local AWS until it is interrupted.
 *
 *     tsx e2e/local-aws/main.ts [--port N] [--api-port N] [--directory D]
 *
 * @module
 */

import { parseArgs } from 'node:util'
import { startLocalAws } from './index.ts'

const { values } = parseArgs({
  options: {
    port: { type: 'string' },
    'api-port': { type: 'string' },
    directory: { type: 'string' },
  },
})

const aws = await startLocalAws({
  port: Number(values.port ?? 0),
  apiPort: Number(values['api-port'] ?? 0),
  directory: values.directory,
})

console.log(`S3                     ${aws.s3.endpoint}
KMS, Cognito Identity  ${aws.kms.endpoint}
Identity pool          ${aws.cognito.identityPoolId}

export AWS_ENDPOINT_URL_S3=${aws.s3.endpoint}
export AWS_ENDPOINT_URL_KMS=${aws.kms.endpoint}
export AWS_ENDPOINT_URL_COGNITO_IDENTITY=${aws.cognito.endpoint}
export AWS_ACCESS_KEY_ID=${aws.credentials.accessKeyId}
export AWS_SECRET_ACCESS_KEY=${aws.credentials.secretAccessKey}
export AWS_REGION=us-east-1
`)

for (const signal of ['SIGINT', 'SIGTERM'] as const) {
  process.once(signal, () => void aws.stop())
}
