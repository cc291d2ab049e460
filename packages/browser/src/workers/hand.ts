// SPDX-License-Identifier: Apache-2.0
/**
 * One worker, as the pool sees it.
 *
 * @module
 */

import { S3EncryptionError } from '@s3-cse/core'
import { buffersIn, type Failure, type Reply, type Tasks } from './messages.ts'

type Answer<Name extends keyof Tasks> = Awaited<ReturnType<Tasks[Name]>>

/** A worker that does one task after the other. */
export interface Hand {
  /** Tasks that are not done. */
  readonly waiting: number
  /**
   * Asks for a task. The buffers of content in `args` are gone afterwards.
   *
   * @throws what the task throws; `S3EncryptionError` with `ERR_WORKER_FAILED` if the worker is no more.
   */
  ask<Name extends keyof Tasks>(task: Name, ...args: Parameters<Tasks[Name]>): Promise<Answer<Name>>
  /** Ends the worker; what it has not done fails. */
  stop(reason: Error): void
}

/** The error for a worker that cannot do its work. */
export function workerFailed(why: string, options?: ErrorOptions): S3EncryptionError {
  return new S3EncryptionError('ERR_WORKER_FAILED', why, options)
}

function revived({ name, message, code }: Failure): Error {
  if (code !== undefined) return new S3EncryptionError(code, message)
  return name === 'RangeError' ? new RangeError(message) : workerFailed(`${name}: ${message}`)
}

interface Waiting {
  readonly resolve: (result: unknown) => void
  readonly reject: (error: Error) => void
}

/**
 * Takes a worker into service.
 *
 * @param lost - called when it failed as a whole, and will do nothing any more.
 */
export function hand(worker: Worker, lost: () => void): Hand {
  const tasks = new Map<number, Waiting>()
  let count = 0

  const stop = (reason: Error) => {
    worker.terminate()
    for (const { reject } of tasks.values()) reject(reason)
    tasks.clear()
  }
  worker.addEventListener('message', ({ data }: MessageEvent<Reply>) => {
    const waiting = tasks.get(data.id)
    tasks.delete(data.id)
    if ('failure' in data) waiting?.reject(revived(data.failure))
    else waiting?.resolve(data.result)
  })
  worker.addEventListener('error', (event) => {
    event.preventDefault()
    lost()
    stop(
      workerFailed(
        `A worker of the pool failed: ${event.message || 'its script could not be loaded'}. The page's Content-Security-Policy must allow it (worker-src 'self'), and the bundler must have built it.`,
      ),
    )
  })

  return {
    get waiting() {
      return tasks.size
    },
    ask(task, ...args) {
      const id = count++
      return new Promise((resolve, reject) => {
        const resolveAny = (result: unknown) => {
          resolve(result as Answer<typeof task>)
        }
        tasks.set(id, { resolve: resolveAny, reject })
        worker.postMessage({ id, task, args }, buffersIn(args))
      })
    },
    stop,
  }
}
