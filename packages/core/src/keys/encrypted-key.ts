// SPDX-License-Identifier: Apache-2.0
/**
 * Private keys under a passphrase: EncryptedPrivateKeyInfo (RFC 5958, section 3) with PBES2 (RFC 8018), in
 * the combinations that OpenSSL, Java and Python write today.
 *
 * @module
 */

import { asBytes, utf8, type Bytes } from '../bytes.ts'
import { subtle } from '../webcrypto.ts'
import { DER, readDer, type DerValue } from './der.ts'
import { importRefused, unfitKey } from './failures.ts'
import { readEncryptedPem } from './pem.ts'
import { recognizeRsaDer } from './rsa-der.ts'

// Object identifiers in hexadecimal: RFC 8018, appendices A.2, A.4, B.1.2 and B.2.5.
const PBES2 = '2a864886f70d01050d'
const PBKDF2 = '2a864886f70d01050c'
const HMAC_HASHES: Readonly<Record<string, string>> = {
  '2a864886f70d0207': 'SHA-1',
  '2a864886f70d0209': 'SHA-256',
  '2a864886f70d020a': 'SHA-384',
  '2a864886f70d020b': 'SHA-512',
}
const AES_CBC_BITS: Readonly<Record<string, number>> = {
  '608648016503040102': 128,
  '608648016503040116': 192,
  '60864801650304012a': 256,
}
const DEFAULT_HASH = 'SHA-1' // RFC 8018, appendix A.2

/**
 * A private RSA key without its passphrase, for `rawRsaKeyring()`.
 *
 * @param key - PEM text (`ENCRYPTED PRIVATE KEY`) or DER bytes.
 * @returns PKCS#8 DER.
 * @throws `S3EncryptionError` with `ERR_CONFIGURATION` if the passphrase is wrong, or if this is no such
 * key: those of the old header `Proc-Type: 4,ENCRYPTED` and of PKCS#12 are not read.
 */
export async function decryptPrivateKey(
  key: string | Uint8Array,
  passphrase: string,
): Promise<Bytes> {
  const der = typeof key === 'string' ? readEncryptedPem(key, 'key') : asBytes(key)
  const { hash, salt, iterations, bits, iv, encrypted } = parse(der)
  const webcrypto = subtle()
  const secret = utf8(passphrase)
  const base = await webcrypto.importKey('raw', secret, 'PBKDF2', false, ['deriveKey'])
  const cipher = { name: 'AES-CBC', iv, length: bits }
  const kdf = { name: 'PBKDF2', hash, salt, iterations }
  let aes: CryptoKey
  try {
    aes = await webcrypto.deriveKey(kdf, base, cipher, false, ['decrypt'])
  } catch (error) {
    throw importRefused('key', `AES-CBC with ${bits} bits`, error)
  }
  try {
    const decrypted = new Uint8Array(await webcrypto.decrypt(cipher, aes, encrypted))
    return recognizeRsaDer(decrypted, 'key').data
  } catch {
    throw unfitKey('key: the passphrase is wrong, or this is no RSA key.')
  }
}

/**
 * SEQUENCE { SEQUENCE { PBES2, SEQUENCE { SEQUENCE { PBKDF2, SEQUENCE { salt, iterations, length?, PRF? } },
 * SEQUENCE { cipher, IV } } }, encrypted }
 */
function parse(der: Bytes) {
  const [info] = readDer(der) ?? []
  const [algorithm, encrypted] = within(info)
  const [scheme, parameters] = within(algorithm)
  const [derivation, encryption] = within(parameters)
  const [kdf, kdfParameters] = within(derivation)
  const [salt, iterations, ...optional] = within(kdfParameters)
  const [prf] = within(optional.at(-1))
  const [cipher, iv] = within(encryption)
  const hash = prf === undefined ? DEFAULT_HASH : HMAC_HASHES[identifier(prf)]
  const bits = AES_CBC_BITS[identifier(cipher)]
  const known = identifier(scheme) === PBES2 && identifier(kdf) === PBKDF2
  if (!known || !salt || !iterations || !iv || !encrypted || !hash || bits === undefined) {
    throw unfitKey(
      'key: expected a PKCS#8 key encrypted with PBES2, PBKDF2 and AES-CBC. Convert it, for example with `openssl pkcs8 -topk8 -v2 aes-256-cbc -in key.pem`.',
    )
  }
  return {
    hash,
    salt: salt.content,
    iterations: iterations.content.reduce((value, byte) => value * 256 + byte, 0),
    bits,
    iv: iv.content,
    encrypted: encrypted.content,
  }
}

/** Values of a sequence; none of anything else. */
function within(value: DerValue | undefined): readonly DerValue[] {
  return (value?.tag === DER.sequence && readDer(value.content)) || []
}

function identifier(value: DerValue | undefined): string {
  return Array.from(value?.content ?? [], (byte) => byte.toString(16).padStart(2, '0')).join('')
}
