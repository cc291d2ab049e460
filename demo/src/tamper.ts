// SPDX-License-Identifier: Apache-2.0
/**
 * Changes a stored object as somebody with access to the bucket could. Only a local AWS offers this.
 *
 * @module
 */

import type { Connection } from './connection.ts'
import type { ObjectAddress } from './transfer.ts'

/** Changes one byte of the ciphertext; the same byte changes back the next time. */
export async function flipByte(
  { endpoints }: Connection,
  address: ObjectAddress,
  offset: number,
): Promise<void> {
  const response = await fetch(`${endpoints.s3 ?? ''}/_local/flip`, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify({ ...address, offset }),
  })
  if (!response.ok) throw new Error(`The local AWS answered ${response.status}.`)
}
