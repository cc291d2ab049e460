// SPDX-License-Identifier: Apache-2.0
/**
 * What a copy is made of.
 *
 * @module
 */

/** An object by name. */
export interface CopySource {
  readonly Bucket: string
  readonly Key: string
  readonly VersionId: string | undefined
}

const VERSION = '?versionId='

/** The parts of a `CopySource`, still encoded. */
function split(source: string): { readonly path: string; readonly version: string | undefined } {
  const at = source.indexOf(VERSION)
  if (at < 0) return { path: source, version: undefined }
  return { path: source.slice(0, at), version: source.slice(at + VERSION.length) }
}

// Of an access point, the key comes after a word of its own.
const ACCESS_POINT = /^(arn:.+?)\/object\/(.+)$/s
const BUCKET = /^\/?([^/]+)\/(.+)$/s

/**
 * The object that a `CopySource` names, decoded; undefined if it names none.
 *
 * @param source - `bucket/key` or the ARN of an access point with `/object/key`, percent-encoded, and maybe
 * `?versionId=`.
 */
export function parseCopySource(source: string): CopySource | undefined {
  const { path, version } = split(source)
  const decoded = decode(path)
  const [, Bucket, Key] = ACCESS_POINT.exec(decoded) ?? BUCKET.exec(decoded) ?? []
  if (Bucket === undefined || Key === undefined) return undefined
  return { Bucket, Key, VersionId: version && decode(version) }
}

/** The `CopySource` of the instruction file of another one. It has versions of its own. */
export function copySourceOfFile(source: string, suffix: string): string {
  return split(source).path + encodeURIComponent(suffix)
}

/** Text that is not encoded, such as `100%`, stands for itself. */
function decode(text: string): string {
  try {
    return decodeURIComponent(text)
  } catch {
    return text
  }
}
