// SPDX-License-Identifier: Apache-2.0
/**
 * What must be done before a request leaves: when it is built and signed, once for all its attempts, and
 * never for one that is merely presigned.
 *
 * @module
 */

/** Something to be done, and how it went. */
interface Preparation {
  readonly run: () => Promise<void>
  outcome?: Promise<{ readonly reason: unknown } | undefined>
}

/** By the context of a command, which all its middleware shares. */
const preparations: WeakMap<object, Preparation> = new WeakMap()

/**
 * Sends a request after a preparation.
 *
 * @throws what the preparation throws: then nothing was sent.
 */
export async function sendAfter<Output>(
  context: object,
  run: () => Promise<void>,
  send: () => Promise<Output>,
): Promise<Output> {
  const preparation: Preparation = { run }
  preparations.set(context, preparation)
  const output = await send()
  const failure = await preparation.outcome
  if (failure !== undefined) throw failure.reason
  return output
}

/**
 * Prepares a request that is about to leave. A failure is kept for {@link sendAfter}: thrown here, the SDK
 * would take it for one of the request and repeat it.
 *
 * @param request - that is about to leave.
 * @returns whether it may.
 * @throws `TypeError` for headers that no runtime would send.
 */
export async function prepare(context: object, request: unknown): Promise<boolean> {
  const preparation = preparations.get(context)
  if (preparation === undefined) return true
  checkHeaders((request as { headers: Record<string, string> }).headers)
  preparation.outcome ??= preparation.run().then(
    () => undefined,
    (reason: unknown) => ({ reason }),
  )
  return (await preparation.outcome) === undefined
}

// RFC 9110, section 5.5: tab, visible characters and space, and obsolete bytes beyond ASCII.
const UNSENDABLE = /[^\t\x20-\x7e\x80-\xff]/

/** Node.js would refuse these only once the preparation is done. */
function checkHeaders(headers: Record<string, string>): void {
  const unsendable = Object.entries(headers).find(([, value]) => UNSENDABLE.test(value))
  if (unsendable !== undefined) {
    throw new TypeError(`The header ${unsendable[0]} has a character that HTTP cannot carry.`)
  }
}
