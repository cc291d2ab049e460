// SPDX-License-Identifier: Apache-2.0
/**
 * A client under test: this library in the process, or a program of another language that speaks the
 * line protocol.
 *
 * @module
 */

import { spawn, type ChildProcess } from 'node:child_process'
import { once } from 'node:events'
import { createInterface } from 'node:readline'
import type { PeerRow } from './peers.ts'
import type { Answer, Benchmark, Operation, Outcome, Ready, ServerAddress } from './protocol.ts'

export interface Peer {
  readonly name: string
  readonly version: string
  call(server: ServerAddress, operation: Operation): Promise<Outcome>
  stop(): Promise<void>
}

/** One in a process of its own. */
export interface PeerProcess extends Peer {
  call(server: ServerAddress, operation: Operation | Benchmark): Promise<Outcome>
}

const ANSWER_TIMEOUT = 120_000 // ms

/** Starts a peer's program, which serves until its standard input ends. */
export async function startPeer(row: PeerRow): Promise<PeerProcess> {
  const [command, ...args] = row.run
  const child = spawn(command, args, {
    cwd: row.folder,
    stdio: ['pipe', 'pipe', 'pipe'],
  })
  const log: string[] = []
  child.stderr.setEncoding('utf8').on('data', (text: string) => {
    log.push(text)
    if (log.length > 200) log.shift()
  })
  const exited = once(child, 'exit').then(([code, signal]: (string | number | null)[]) => {
    throw new Error(`${row.name} ended (${code ?? signal ?? ''}):\n${log.join('').slice(-4000)}`)
  })
  exited.catch(() => undefined) // each caller races it

  const lines = createInterface({ input: child.stdout })[Symbol.asyncIterator]()
  const nextLine = async (): Promise<unknown> => {
    // A late answer would be taken for that of the next request.
    const killer = setTimeout(() => child.kill('SIGKILL'), ANSWER_TIMEOUT)
    try {
      const line = await Promise.race([lines.next(), exited])
      return line.done === true ? await exited : (JSON.parse(line.value) as unknown)
    } finally {
      clearTimeout(killer)
    }
  }
  const { version } = (await nextLine()) as Ready

  let id = 0
  let turn: Promise<unknown> = Promise.resolve()
  return {
    name: row.name,
    version,
    call(server, operation) {
      const answer = turn.then(async () => {
        const request = { id: ++id, server, ...operation }
        child.stdin.write(`${JSON.stringify(request)}\n`)
        const { id: answered, ...outcome } = (await nextLine()) as Answer
        if (answered !== id) throw new Error(`${row.name} answered ${answered} instead of ${id}`)
        return outcome
      })
      turn = answer.catch(() => undefined)
      return answer
    },
    stop: () => stop(child),
  }
}

async function stop(child: ChildProcess): Promise<void> {
  if (child.exitCode !== null || child.signalCode !== null) return
  const exited = once(child, 'exit')
  child.stdin?.end()
  const killer = setTimeout(() => child.kill('SIGKILL'), 5000)
  await exited
  clearTimeout(killer)
}
