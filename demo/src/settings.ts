// SPDX-License-Identifier: Apache-2.0
/**
 * Values of the user's own AWS account. They may contain secrets, so they live in `sessionStorage`:
 * for this tab, until it is closed.
 *
 * @module
 */

/** Names are those of the form's fields. What is left out is an empty string. */
export interface AwsSettings {
  readonly region: string
  readonly bucket: string
  readonly keyId: string
  readonly keyRegion: string
  readonly credentials: 'cognito' | 'keys'
  readonly identityPoolId: string
  readonly accessKeyId: string
  readonly secretAccessKey: string
  readonly sessionToken: string
  readonly s3Endpoint: string
  readonly kmsEndpoint: string
  readonly cognitoEndpoint: string
}

/** `local` uses the local AWS of the page's server. */
export type Settings =
  { readonly mode: 'local' } | { readonly mode: 'aws'; readonly aws: AwsSettings }

const STORAGE_KEY = 's3-cse.settings'

export function loadSettings(): Settings | undefined {
  const json = sessionStorage.getItem(STORAGE_KEY)
  return json === null ? undefined : (JSON.parse(json) as Settings)
}

export function saveSettings(settings: Settings): void {
  sessionStorage.setItem(STORAGE_KEY, JSON.stringify(settings))
}

/** Everything that this page keeps, not only the settings. */
export function forgetEverything(): void {
  sessionStorage.clear()
}
