// SPDX-License-Identifier: Apache-2.0
/**
 * Memory given back at once instead of at the next garbage collection: a stream of chunks of a
 * mebibyte otherwise fills memory faster than the collector notices, and a fresh page costs more
 * than the encryption of what is put there.
 *
 * @module
 */

import type { Bytes } from '../bytes.ts'

/** A port that nobody listens to: what is transferred to it is gone. Null where there are no ports. */
let sink: MessagePort | null | undefined

function openSink(): MessagePort | null {
  try {
    const { port1, port2 } = new MessageChannel()
    port2.close()
    return port1
  } catch {
    // The edge runtime of Next.js has a constructor that throws.
    return null
  }
}

function drop(buffer: ArrayBuffer): void {
  if (sink === undefined) sink = openSink()
  sink?.postMessage(undefined, [buffer])
}

/**
 * Frees the memory of bytes that nobody needs any more. Every view of the same buffer becomes empty,
 * except in runtimes that cannot transfer a buffer, where the garbage collector does the rest.
 *
 * Call it only for bytes that this library returned to you, and that you have not handed on: the
 * bytes of anybody else may share their buffer with others.
 */
export function release({ buffer }: Bytes): void {
  // ArrayBuffer.prototype.transfer is missing from ES2022 and from Node.js 20.
  const { transfer } = buffer as { transfer?: (this: ArrayBuffer, length: number) => ArrayBuffer }
  if (transfer === undefined) drop(buffer)
  else transfer.call(buffer, 0)
}

const LARGE = 2 ** 25 - 2 ** 16 // bytes: just below the largest block that glibc learns from
let kept = false

/**
 * Makes the C library of Linux keep freed memory for the next chunk instead of giving it back.
 *
 * It asks the kernel for every block of more than 128 KiB anew, until it sees a larger one freed: it
 * then keeps blocks of up to that size, and twice as much in all. One large block, of which no page is
 * touched, is enough for the life of the process: with it Node.js decrypts in half the processor time.
 * Elsewhere it does nothing.
 *
 * @see mallopt(3), on the dynamic mmap threshold
 */
export function keepFreedMemory(): void {
  if (!kept) release(new Uint8Array(LARGE))
  kept = true
}
