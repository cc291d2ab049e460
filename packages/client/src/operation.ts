// SPDX-License-Identifier: Apache-2.0
/**
 * The shape of what stands between a command and the SDK.
 *
 * @module
 */

/** What is known about a call besides its input. */
export interface Call {
  readonly abortSignal: AbortSignal | undefined
}

/**
 * Sends an input on to the SDK.
 *
 * @param before - what must be done before the request leaves; not done if it is presigned.
 */
export type Next<Input, Output> = (input: Input, before?: () => Promise<void>) => Promise<Output>

/** Sends one operation's input on to the SDK, changed or not, and its output back. */
export type Operation<Input, Output> = (
  input: Input,
  next: Next<Input, Output>,
  call: Call,
) => Promise<Output>

/** Whether the SDK only made a URL of a request: it is not sent, and nothing must be done as if it was. */
export function isPresigned(output: object): boolean {
  return 'presigned' in output
}

// Requests that an operation makes itself, such as the parts of an upload, are encrypted already.
const INTERNAL = Symbol('internal request')

/** Marks the input of a command as one that passes through this library unchanged. */
export function internal<Input extends object>(input: Input): Input {
  return { ...input, [INTERNAL]: true }
}

/** Whether an input was marked. */
export function isInternal(input: object): boolean {
  return INTERNAL in input
}

/** Options of `send` for a request that ends with the call that it is made for. */
export function abortedBy(abortSignal: AbortSignal | undefined): { abortSignal?: AbortSignal } {
  return abortSignal === undefined ? {} : { abortSignal }
}
