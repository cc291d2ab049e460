// SPDX-License-Identifier: Apache-2.0
/**
 * What each field of an envelope is for.
 *
 * @module
 */

/** A field as stored, and in words. */
export interface ExplainedField {
  readonly name: string
  readonly value: string
  readonly title: string
  readonly explanation: string
}

interface Explanation {
  readonly title: string
  readonly text: string
}

const wrappedKey: Explanation = {
  title: 'Encrypted data key',
  text: 'The key of this one object, itself encrypted under the wrapping key. With AWS KMS, only KMS can decrypt it, and only for those whom the policy of its key allows.',
}

const context: Explanation = {
  title: 'Encryption context',
  text: 'KMS binds this map to the data key: change one letter and the key is not given out. Stored in clear. The entry aws:x-amz-cek-alg also binds the content algorithm.',
}

/** In the order in which they are shown. */
const explanations = new Map<string, Explanation>([
  [
    'x-amz-c',
    {
      title: 'Content algorithm',
      text: '115 stands for AES-256-GCM with a key derived by HKDF-SHA512 and key commitment.',
    },
  ],
  [
    'x-amz-d',
    {
      title: 'Key commitment',
      text: '28 bytes derived from the data key. They fit one data key only, so no second key can open the object to another plaintext.',
    },
  ],
  [
    'x-amz-i',
    {
      title: 'Message ID',
      text: '28 random bytes from which, with the data key, the content key and the commitment are derived.',
    },
  ],
  ['x-amz-3', wrappedKey],
  ['x-amz-key-v2', wrappedKey],
  ['x-amz-key', { ...wrappedKey, title: 'Encrypted data key (format V1)' }],
  [
    'x-amz-w',
    {
      title: 'Wrapping algorithm',
      text: '12 stands for AWS KMS with an encryption context. (02 is an AES key, 22 an RSA key.)',
    },
  ],
  [
    'x-amz-wrap-alg',
    {
      title: 'Wrapping algorithm',
      text: 'kms+context stands for AWS KMS with an encryption context.',
    },
  ],
  ['x-amz-t', context],
  [
    'x-amz-m',
    {
      title: 'Material description',
      text: 'Names the wrapping key, where it is not one of KMS. Stored in clear and not authenticated.',
    },
  ],
  [
    'x-amz-matdesc',
    {
      title: 'Material description',
      text: `With AWS KMS, this is the encryption context. ${context.text}`,
    },
  ],
  [
    'x-amz-cek-alg',
    {
      title: 'Content algorithm',
      text: 'How the body is encrypted. GCM notices every change of the ciphertext; CBC notices none reliably.',
    },
  ],
  [
    'x-amz-iv',
    {
      title: 'Initialisation vector',
      text: 'Random bytes, never used twice with one key: 12 for GCM, 16 for CBC. No secret.',
    },
  ],
  [
    'x-amz-tag-len',
    { title: 'Tag length', text: 'Bits of the authentication tag at the end of the body.' },
  ],
  [
    'x-amz-unencrypted-content-length',
    {
      title: 'Plaintext length',
      text: 'Bytes of the original file. A hint for readers; nothing relies on it.',
    },
  ],
  [
    'x-amz-unencrypted-content-md5',
    {
      title: 'Plaintext MD5',
      text: 'Written by very old clients. It gives the content away to whoever can guess it.',
    },
  ],
])

/** Fields of an envelope, in an order that tells a story. */
export function explain(fields: Readonly<Record<string, string>>): ExplainedField[] {
  return [...explanations]
    .filter(([name]) => Object.hasOwn(fields, name))
    .map(([name, { title, text }]) => ({
      name,
      value: fields[name] ?? '',
      title,
      explanation: text,
    }))
}
