// SPDX-License-Identifier: Apache-2.0
/**
 * DER from the text that key files hold: RFC 7468, and the older headers of RFC 1421.
 *
 * @module
 */

import { fromBase64, type Bytes } from '../bytes.ts'
import { unfitKey } from './failures.ts'

// Only keys: a file may hold certificates or parameters beside them.
const BLOCK = /-----BEGIN ((?:[A-Z0-9]+ )*(?:PUBLIC|PRIVATE) KEY)-----([\s\S]*?)-----END \1-----/

/** What to do about a key file with a passphrase. */
export const ENCRYPTED_KEY =
  'the private key is encrypted with a passphrase. Decrypt it first with decryptPrivateKey(), or with `openssl pkcs8 -topk8 -nocrypt -in key.pem`.'

/**
 * DER of the first key in the text.
 *
 * @param label - name of the option, for the message.
 * @throws `S3EncryptionError` with `ERR_CONFIGURATION` if there is none, or if it is encrypted.
 */
export function readPem(text: string, label: string): Bytes {
  const { kind, body, der } = firstBlock(text)
  if (kind.startsWith('ENCRYPTED') || body.includes('ENCRYPTED')) {
    throw unfitKey(`${label}: ${ENCRYPTED_KEY}`)
  }
  if (der === undefined || der.length === 0) {
    throw unfitKey(
      `${label}: the text holds no PEM key. Expected -----BEGIN PUBLIC KEY-----, PRIVATE KEY, RSA PUBLIC KEY or RSA PRIVATE KEY.`,
    )
  }
  return der
}

/** DER of a key that is encrypted, in the form that says so in its first line. */
export function readEncryptedPem(text: string, label: string): Bytes {
  const { kind, der } = firstBlock(text)
  if (kind !== 'ENCRYPTED PRIVATE KEY' || der === undefined) {
    throw unfitKey(`${label}: expected -----BEGIN ENCRYPTED PRIVATE KEY-----.`)
  }
  return der
}

function firstBlock(text: string) {
  const [, kind = '', body = ''] = BLOCK.exec(text) ?? []
  return { kind, body, der: fromBase64(body.replace(/\s+/g, '')) }
}
