// SPDX-License-Identifier: Apache-2.0
/**
 * The part of key policies that tests need: statements with which a key refuses an action.
 *
 * @module
 */

import { apiError } from './errors.ts'
import type { EncryptionContext } from './kms-crypto.ts'

type OneOrMore<T> = T | readonly T[]

interface Statement {
  readonly Effect?: string
  readonly Action?: OneOrMore<string>
  readonly Condition?: Readonly<Record<string, Readonly<Record<string, OneOrMore<string>>>>>
}

const CONTEXT_KEY = 'kms:EncryptionContext:'

const operators: Readonly<
  Record<string, (actual: string | undefined, expected: readonly string[]) => boolean>
> = {
  StringEquals: (actual, expected) => actual !== undefined && expected.includes(actual),
  StringNotEquals: (actual, expected) => actual === undefined || !expected.includes(actual),
}

/** @throws `MalformedPolicyDocumentException` */
export function checkPolicy(policy: string): string {
  statements(policy)
  return policy
}

/** Whether the policy denies an action such as `Decrypt`, to whomever. */
export function denies(policy: string, action: string, context: EncryptionContext): boolean {
  return statements(policy).some(
    ({ Effect, Action = [], Condition = {} }) =>
      Effect === 'Deny' &&
      list(Action).some((pattern) => wildcard(pattern).test(`kms:${action}`)) &&
      Object.entries(Condition).every(([operator, tests]) =>
        Object.entries(tests).every(([key, expected]) => {
          const actual = context[key.slice(CONTEXT_KEY.length)]
          // A condition that is not understood must not lift a denial.
          return operators[operator]?.(actual, list(expected)) ?? true
        }),
      ),
  )
}

function statements(policy: string): readonly Statement[] {
  if (policy === '') return []
  try {
    const { Statement = [] } = JSON.parse(policy) as { Statement?: OneOrMore<Statement> }
    return list(Statement)
  } catch {
    throw apiError('MalformedPolicyDocumentException')
  }
}

function list<T>(value: OneOrMore<T>): readonly T[] {
  return Array.isArray(value) ? (value as readonly T[]) : [value as T]
}

function wildcard(pattern: string): RegExp {
  return new RegExp(
    `^${pattern
      .replace(/[.+^${}()|[\]\\]/g, '\\$&')
      .replace(/\*/g, '.*')
      .replace(/\?/g, '.')}$`,
    'i',
  )
}
