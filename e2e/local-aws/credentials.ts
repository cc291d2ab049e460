// SPDX-License-Identifier: Apache-2.0
/**
 * Who may sign requests: the administrator, and whoever holds temporary credentials issued here.
 *
 * @module
 */

import { randomBytes } from 'node:crypto'

export interface Credentials {
  readonly accessKeyId: string
  readonly secretAccessKey: string
  readonly sessionToken?: string
  /** Milliseconds since 1970. */
  readonly expiration?: number
}

const LIFETIME = 3600_000 // ms

export class CredentialStore {
  readonly #known = new Map<string, Credentials>()

  constructor(administrator: Credentials) {
    this.#known.set(administrator.accessKeyId, administrator)
  }

  find(accessKeyId: string): Credentials | undefined {
    return this.#known.get(accessKeyId)
  }

  issue(): Required<Credentials> {
    const issued = {
      accessKeyId: `ASIA${randomBytes(8).toString('hex').toUpperCase()}`,
      secretAccessKey: randomBytes(30).toString('base64'),
      sessionToken: randomBytes(96).toString('base64'),
      expiration: Date.now() + LIFETIME,
    }
    this.#known.set(issued.accessKeyId, issued)
    return issued
  }
}
