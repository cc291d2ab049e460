// SPDX-License-Identifier: Apache-2.0
/**
 * The shape of what stands between a command and the SDK.
 *
 * @module
 */

/** Sends one operation's input on to the SDK, changed or not, and its output back. */
export type Operation<Input, Output> = (
  input: Input,
  next: (input: Input) => Promise<Output>,
) => Promise<Output>
