// SPDX-License-Identifier: Apache-2.0
/**
 * The DER forms of RSA keys: SubjectPublicKeyInfo and PKCS#8, which WebCrypto reads, and PKCS#1
 * (RFC 8017, appendix A.1), which is put inside them.
 *
 * @module
 */

import type { Bytes } from '../bytes.ts'
import { DER, readDer, writeDer } from './der.ts'
import { unfitKey } from './failures.ts'
import { ENCRYPTED_KEY } from './pem.ts'

/** A key in a form that WebCrypto imports. */
export type RsaDer =
  | { readonly type: 'public'; readonly format: 'spki'; readonly data: Bytes }
  | { readonly type: 'private'; readonly format: 'pkcs8'; readonly data: Bytes }

// AlgorithmIdentifier { rsaEncryption 1.2.840.113549.1.1.1, NULL }
const RSA_ENCRYPTION = writeDer(
  DER.sequence,
  writeDer(
    DER.objectIdentifier,
    Uint8Array.of(0x2a, 0x86, 0x48, 0x86, 0xf7, 0x0d, 0x01, 0x01, 0x01),
  ),
  writeDer(DER.null),
)
const VERSION_0 = writeDer(DER.integer, Uint8Array.of(0))
const NO_UNUSED_BITS = Uint8Array.of(0)

const spki = (data: Bytes): RsaDer => ({ type: 'public', format: 'spki', data })
const pkcs8 = (data: Bytes): RsaDer => ({ type: 'private', format: 'pkcs8', data })

/** Each form by the types of the values in its outer sequence, in hexadecimal. */
const forms: readonly (readonly [RegExp, (der: Bytes, label: string) => RsaDer])[] = [
  [/^3003$/, spki],
  [/^023004(?:a0|a1)*$/, pkcs8],
  [
    /^0202$/,
    (der) =>
      spki(writeDer(DER.sequence, RSA_ENCRYPTION, writeDer(DER.bitString, NO_UNUSED_BITS, der))),
  ],
  [
    /^(?:02){9}$/,
    (der) =>
      pkcs8(writeDer(DER.sequence, VERSION_0, RSA_ENCRYPTION, writeDer(DER.octetString, der))),
  ],
  [
    /^3004$/,
    (_der, label) => {
      throw unfitKey(`${label}: ${ENCRYPTED_KEY}`)
    },
  ],
]

/**
 * The key as WebCrypto imports it, whichever of the forms it has.
 *
 * @param label - name of the option, for the message.
 * @throws `S3EncryptionError` with `ERR_CONFIGURATION` for anything else, encrypted keys among it.
 */
export function recognizeRsaDer(der: Bytes, label: string): RsaDer {
  const types = valuesOfSequence(der)
    ?.map(({ tag }) => tag.toString(16).padStart(2, '0'))
    .join('')
  const form = types === undefined ? undefined : forms.find(([pattern]) => pattern.test(types))
  if (form === undefined) {
    throw unfitKey(
      `${label}: the bytes are no RSA key in DER. Expected SPKI, PKCS#8 or PKCS#1 (a certificate is none of them).`,
    )
  }
  return form[1](der, label)
}

/** The integers of a private key, in the order of RFC 8017, appendix A.1.2. Big-endian bytes. */
export interface RsaPrivateIntegers {
  readonly modulus: Bytes
  readonly publicExponent: Bytes
  readonly privateExponent: Bytes
  readonly prime1: Bytes
  readonly prime2: Bytes
  readonly exponent1: Bytes
  readonly exponent2: Bytes
  readonly coefficient: Bytes
}

/**
 * The integers inside a PKCS#8 key.
 *
 * @throws `S3EncryptionError` with `ERR_CONFIGURATION` if it is no RSA key of two primes.
 */
export function readRsaPrivateIntegers(der: Bytes): RsaPrivateIntegers {
  const key = valuesOfSequence(der)?.[2]?.content
  const integers = key && valuesOfSequence(key)?.map(({ content }) => content)
  const [, modulus, publicExponent, privateExponent, ...rest] = integers ?? []
  const [prime1, prime2, exponent1, exponent2, coefficient, more] = rest
  if (!modulus || !publicExponent || !privateExponent || !prime1 || !prime2) throw noIntegers()
  if (!exponent1 || !exponent2 || !coefficient || more) throw noIntegers()
  return {
    modulus,
    publicExponent,
    privateExponent,
    prime1,
    prime2,
    exponent1,
    exponent2,
    coefficient,
  }
}

const noIntegers = () => unfitKey('privateKey: the bytes are no PKCS#8 RSA key of two primes.')

function valuesOfSequence(der: Bytes) {
  const [outer, ...others] = readDer(der) ?? []
  return outer?.tag === DER.sequence && others.length === 0 ? readDer(outer.content) : undefined
}
