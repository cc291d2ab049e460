// SPDX-License-Identifier: Apache-2.0
/**
 * One view of a local AWS and of a real one.
 *
 * @module
 */

import { cognito, credentialsOf, type Credentials } from './credentials.ts'
import type { DemoConfig, KmsKey } from './demo-config.ts'
import type { AwsSettings, Settings } from './settings.ts'

export interface Connection {
  /** Whether this is test equipment, which can also be told to tamper. */
  readonly local: boolean
  readonly region: string
  readonly bucket: string
  readonly keys: readonly KmsKey[]
  readonly credentials: Credentials
  /** Where it is not that of AWS. */
  readonly endpoints: { readonly s3?: string | undefined; readonly kms?: string | undefined }
}

/** @returns `undefined` if there are no settings and no local AWS. */
export function connect(
  settings: Settings | undefined,
  local: DemoConfig | undefined,
): Connection | undefined {
  if (settings?.mode === 'aws') return toAws(settings.aws)
  return local && toLocalAws(local)
}

function toLocalAws({ region, bucket, keys, endpoints, identityPoolId }: DemoConfig): Connection {
  const credentials = cognito(identityPoolId, endpoints.cognito)
  return { local: true, region, bucket, keys, credentials, endpoints }
}

function toAws(settings: AwsSettings): Connection {
  const { region, bucket, keyId, keyRegion, s3Endpoint, kmsEndpoint } = settings
  return {
    local: false,
    region,
    bucket,
    keys: [{ keyId, region: keyRegion || regionOfArn(keyId) || region }],
    credentials: credentialsOf(settings),
    endpoints: { s3: s3Endpoint || undefined, kms: kmsEndpoint || undefined },
  }
}

/** `arn:aws:kms:REGION:account:key/id` */
const regionOfArn = (keyId: string): string | undefined =>
  keyId.startsWith('arn:') ? keyId.split(':')[3] : undefined
