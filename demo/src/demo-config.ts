// SPDX-License-Identifier: Apache-2.0
/**
 * What the server of this page says about a local AWS, and how the page asks for it.
 *
 * @module
 */

/** A KMS key to choose from. */
export interface KmsKey {
  /** Key id, key ARN, alias or alias ARN. */
  readonly keyId: string
  readonly region: string
  /** What is particular about it. */
  readonly note?: string | undefined
}

/** A local AWS with everything in it that the page needs. */
export interface DemoConfig {
  readonly region: string
  readonly bucket: string
  readonly endpoints: { readonly s3: string; readonly kms: string; readonly cognito: string }
  readonly identityPoolId: string
  readonly keys: readonly KmsKey[]
}

/** Path of the configuration on the server of the page. */
export const DEMO_CONFIG_PATH = '/local-aws.json'

/** @returns `undefined` where the page is served without a local AWS. */
export async function loadDemoConfig(): Promise<DemoConfig | undefined> {
  const response = await fetch(DEMO_CONFIG_PATH, { cache: 'no-store' })
  // A server of static files may answer every path with the page itself.
  const json = response.headers.get('content-type')?.includes('json') === true
  return response.ok && json ? ((await response.json()) as DemoConfig) : undefined
}
