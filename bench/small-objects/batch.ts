// SPDX-License-Identifier: Apache-2.0
/** Objects at a time. */
export const BATCH = 32
