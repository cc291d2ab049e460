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

const ANSWER_TIMEOUT = 120_000 // ms

/** One in a process of its own. */
export interface PeerProcess extends Peer {
  call(server: ServerAddress, operation: Operation | Benchmark): Promise<Outcome>
}

/** A peer's program, which serves until its standard input ends. One that crashed is started anew. */
export async function startPeer(row: PeerRow): Promise<PeerProcess> {
  let program = await startProgram(row)
  let id = 0
  let turn: Promise<unknown> = Promise.resolve()

  async function ask(server: ServerAddress, operation: Operation | Benchmark): Promise<Outcome> {
    if (!program.alive()) program = await startProgram(row)
    const request = { id: ++id, server, ...operation }
    const answer = (await program.ask(request)) as Answer | undefined
    if (answer === undefined) {
      return { ok: false, kind: 'error', error: CRASH, message: program.log() }
    }
    const { id: answered, ...outcome } = answer
    if (answered !== id) throw new Error(`${row.name} answered ${answered} instead of ${id}`)
    return outcome
  }

  return {
    name: row.name,
    version: program.version,
    call(server, operation) {
      const answer = turn.then(() => ask(server, operation))
      turn = answer.catch(() => undefined)
      return answer
    },
    stop: () => program.stop(),
  }
}

/** Name of the error of a program that ended instead of answering. */
export const CRASH = 'Crash'

interface Program {
  readonly version: string
  readonly alive: () => boolean
  /** Undefined if the program ended. */
  ask(request: unknown): Promise<unknown>
  /** The end of what it wrote to standard error. */
  log(): string
  stop(): Promise<void>
}

async function startProgram({ name, folder, run: [command, ...args] }: PeerRow): Promise<Program> {
  const child = spawn(command, args, { cwd: folder, stdio: ['pipe', 'pipe', 'pipe'] })
  const log: string[] = []
  child.stderr.setEncoding('utf8').on('data', (text: string) => {
    log.push(text)
    if (log.length > 200) log.shift()
  })
  child.stdin.on('error', () => undefined) // told by the missing answer
  const closed = once(child, 'close')
  const lines = createInterface({ input: child.stdout })[Symbol.asyncIterator]()

  const nextLine = async (): Promise<unknown> => {
    const deadline = new AbortController()
    const killer = setTimeout(() => {
      // A late answer would be taken for that of the next request.
      deadline.abort()
      child.kill('SIGKILL')
    }, ANSWER_TIMEOUT)
    const line = await lines.next()
    clearTimeout(killer)
    if (line.done !== true) return JSON.parse(line.value) as unknown
    await closed
    if (deadline.signal.aborted) throw new Error(`${name} did not answer in time`)
    return undefined
  }
  const tail = () => log.join('').slice(-2000)

  const ready = (await nextLine()) as Ready | undefined
  if (ready === undefined) throw new Error(`${name} did not start:\n${tail()}`)
  return {
    version: ready.version,
    alive: () => child.exitCode === null && child.signalCode === null,
    ask(request) {
      child.stdin.write(`${JSON.stringify(request)}\n`)
      return nextLine()
    },
    log: tail,
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
