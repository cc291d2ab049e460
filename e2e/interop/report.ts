// SPDX-License-Identifier: Apache-2.0
/**
 * Results as text: for the terminal and for `docs/interop.md`.
 *
 * @module
 */

import { absent } from './absent.ts'
import type { Result } from './checks.ts'

export interface Participant {
  readonly name: string
  /** What it is, for people. */
  readonly title: string
  readonly version: string
}

const unique = <T>(values: readonly T[]): T[] => [...new Set(values)]

/** A cell of a table: how many passed; failures; numbers of the reasons why it is impossible. */
function summary(results: readonly Result[], reasons: string[]): string {
  const passed = results.filter((r) => r.status === 'pass')
  const failed = results.filter((r) => r.status === 'fail').length
  const why = unique(results.flatMap((r) => (r.status === 'impossible' ? [r.reason] : [])))
  for (const reason of why) if (!reasons.includes(reason)) reasons.push(reason)
  const numbers = why.map((reason) => `[${reasons.indexOf(reason) + 1}]`).join('')
  const noted = unique(passed.map((r) => r.note)).map((note) => {
    const times = passed.filter((r) => r.note === note).length
    if (note === undefined) return String(times)
    return times === 1 ? note : `${times} ${note}`
  })
  return [
    noted.join(', '),
    failed > 0 ? `**${failed} failed**` : '',
    numbers === '' ? '' : `– ${numbers}`,
  ]
    .filter((part) => part !== '')
    .join(' ')
}

const INTRODUCTION = `# Interoperability

Written by \`npm run test:interop\`, which runs the clients of other languages against the local AWS, moto and
the Versity S3 Gateway. A number is how many checks passed; a number in brackets is the reason why there is
none, from the list at the end. Whatever is impossible is tried all the same, and the run fails once it works.

This project is independent of AWS and has not been audited.
`

/** All tables in Markdown. */
export function markdown(results: readonly Result[], participants: readonly Participant[]): string {
  const peers = participants.map(({ name }) => name)
  const reasons: string[] = []
  const tables = unique(results.map((r) => r.table)).map((table) => {
    const inTable = results.filter((r) => r.table === table)
    const rows = unique(inTable.map((r) => r.row)).map((row) => {
      const cells = peers.map((peer) =>
        summary(
          inTable.filter((r) => r.row === row && r.peer === peer),
          reasons,
        ),
      )
      return `| ${[row, ...cells].join(' | ')} |`
    })
    return [
      `## ${table}`,
      '',
      `| | ${peers.join(' | ')} |`,
      `|---|${peers.map(() => '---|').join('')}`,
      ...rows,
      '',
    ].join('\n')
  })
  const why = reasons.map((reason, i) => `${i + 1}. ${reason}`)
  const missing = absent.map(({ client, reason }) => `- ${client}: ${reason}.`)
  return [
    INTRODUCTION,
    ...participants.map(
      ({ name, title, version }) => `- \`${name}\`: ${title}, version ${version}`,
    ),
    '',
    ...tables,
    '## What is impossible, and why',
    '',
    ...why,
    '',
    '## Who takes no part, and why',
    '',
    ...missing,
    '',
  ].join('\n')
}
