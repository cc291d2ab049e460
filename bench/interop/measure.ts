// SPDX-License-Identifier: Apache-2.0
/**
 * Has clients put and get objects in turns.
 *
 * @module
 */

import { startPeer, type PeerProcess } from '../../e2e/interop/peer.ts'
import type { PeerRow } from '../../e2e/interop/peers.ts'
import type { Outcome } from '../../e2e/interop/protocol.ts'
import { openWorld, type World } from '../../e2e/interop/world.ts'
import { startLocalS3 } from '../../e2e/local-aws/process.ts'
import { benchmark, formats, workloads, type Format, type Job, type Scale } from './workloads.ts'

/** Of one client. */
export interface Measured {
  readonly name: string
  readonly title: string
  readonly version: string
  readonly format: Format
  /** Seconds of each round, by workload. */
  readonly put: Record<string, number[]>
  readonly get: Record<string, number[]>
  /** Workloads that it reads only by releasing plaintext before it is authenticated. */
  readonly delayed: string[]
}

interface Runner {
  readonly measured: Measured
  readonly peer: PeerProcess
}

/** Measures clients that are installed. */
export async function measure(rows: readonly PeerRow[], scale: Scale): Promise<Measured[]> {
  const world = await openWorld({ start: startServer })
  const runners: Runner[] = []
  try {
    for (const row of rows) runners.push(await start(row, world))
    for (const [workload, shape] of Object.entries(workloads(scale))) {
      for (const of of ['put', 'get'] as const) {
        console.error(`${of} ${workload}`)
        await inTurns(runners, scale.rounds, of, workload, (runner) => {
          const { name, format, delayed } = runner.measured
          const key = `${name}/${workload}`
          const job = { of, shape, key, format, delayed: delayed.includes(workload) }
          return call(world, runner.peer, job)
        })
      }
    }
  } finally {
    await Promise.all(runners.map(({ peer }) => peer.stop()))
    await world.stop()
  }
  return runners.map(({ measured }) => measured)
}

/** Another one begins each round. */
async function inTurns(
  runners: readonly Runner[],
  rounds: number,
  of: 'put' | 'get',
  workload: string,
  run: (runner: Runner) => Promise<Outcome>,
): Promise<void> {
  // The first run is for warming up, and tells whether the object is beyond what is buffered.
  for (const runner of runners) {
    const outcome = await run(runner)
    if (!outcome.ok && of === 'get') {
      runner.measured.delayed.push(workload)
      secondsOf(runner, await run(runner))
    } else secondsOf(runner, outcome)
  }
  for (let round = 0; round < rounds; round++) {
    const turn = round % runners.length
    for (const runner of [...runners.slice(turn), ...runners.slice(0, turn)]) {
      const times = (runner.measured[of][workload] ??= [])
      times.push(secondsOf(runner, await run(runner)))
    }
  }
}

async function start(row: PeerRow, world: World): Promise<Runner> {
  const { name, title } = row
  const peer = await startPeer(row)
  const shape = { count: 1, size: 1024, concurrency: 1 }
  let refusal = ''
  for (const format of formats) {
    const job = { of: 'put', shape, key: `${name}/format`, format, delayed: false } as const
    const outcome = await call(world, peer, job)
    if (outcome.ok) {
      const { version } = peer
      return { measured: { name, title, version, format, put: {}, get: {}, delayed: [] }, peer }
    }
    refusal = outcome.message
  }
  throw new Error(`${name}: ${refusal}`)
}

const call = async (world: World, peer: PeerProcess, job: Job): Promise<Outcome> =>
  peer.call(world.server, await benchmark(world, job))

function secondsOf({ measured: { name } }: Runner, outcome: Outcome): number {
  if (!outcome.ok) throw new Error(`${name}: ${outcome.error}: ${outcome.message}`)
  if (outcome.seconds === undefined) throw new Error(`${name} told no time`)
  return outcome.seconds
}

/** The local AWS in a process of its own. */
async function startServer() {
  const { endpoint: s3, kms, credentials, stop } = await startLocalS3()
  return { address: { s3, kms, region: 'us-east-1', ...credentials }, stop }
}
