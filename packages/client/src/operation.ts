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

/** Sends one operation's input on to the SDK, changed or not, and its output back. */
export type Operation<Input, Output> = (
  input: Input,
  next: (input: Input) => Promise<Output>,
  call: Call,
) => Promise<Output>

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
