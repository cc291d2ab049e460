// SPDX-License-Identifier: Apache-2.0

/** What the page is told. */
export interface BenchConfig {
  readonly rounds: number
  readonly cores: number
  readonly s3Config: {
    readonly region: string
    readonly endpoint: string
    readonly forcePathStyle: true
    readonly credentials: { readonly accessKeyId: string; readonly secretAccessKey: string }
  }
  readonly bucket: string
  /** Names of the suites to run. */
  readonly suites: readonly string[]
}
