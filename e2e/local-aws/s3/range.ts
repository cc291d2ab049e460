// SPDX-License-Identifier: Apache-2.0
import { s3Error } from './errors.ts'

/** Bytes `start` to `end`, both included. */
export interface ByteRange {
  readonly start: number
  readonly end: number
}

/**
 * Reads a Range header as S3 does: a range it does not understand, or more than one, is ignored.
 *
 * @throws `InvalidRange` if it is understood but holds no byte of the object.
 */
export function parseRange(header: string | undefined, size: number): ByteRange | undefined {
  const [, from = '', to = ''] = /^bytes=(\d*)-(\d*)$/.exec(header ?? '') ?? []
  const backwards = from !== '' && to !== '' && Number(to) < Number(from)
  if (header === undefined || (from === '' && to === '') || backwards) return undefined
  const start = from === '' ? Math.max(0, size - Number(to)) : Number(from)
  const end = from === '' || to === '' ? size - 1 : Math.min(Number(to), size - 1)
  if (start > end) {
    throw s3Error('InvalidRange', undefined, {
      RangeRequested: header,
      ActualObjectSize: String(size),
    })
  }
  return { start, end }
}
