// SPDX-License-Identifier: Apache-2.0
/**
 * How far an upload is.
 *
 * @module
 */

/** Told after each part. Bytes. */
export interface UploadProgress {
  /** Ciphertext that S3 has. */
  readonly sent: number
  /** Ciphertext in all, if the length of the source is known. */
  readonly total: number | undefined
  /** The part that was sent; 1 if the object went in one request. */
  readonly partNumber: number
}

/** Whom an upload tells how far it is. */
export interface ProgressOptions {
  /** Called after each part. */
  readonly onProgress?: ((progress: UploadProgress) => void) | undefined
}

/** Adds up what was sent. */
export function progressOf(
  { onProgress }: ProgressOptions,
  total: number | undefined,
): (partNumber: number, length: number) => void {
  let sent = 0
  return (partNumber, length) => {
    sent += length
    onProgress?.({ sent, total, partNumber })
  }
}
