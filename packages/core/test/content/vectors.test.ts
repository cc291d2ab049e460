// SPDX-License-Identifier: Apache-2.0
/** Content that other implementations of the S3 Encryption Client published with their tests. */

import { describe, expect, test } from 'vitest'
import { asBytes, concat, fromBase64 } from '../../src/bytes.ts'
import type { ContentKey } from '../../src/content/content-key.ts'
import { decryptCtrRange } from '../../src/content/ctr.ts'
import { gcmCipher } from '../../src/content/gcm.ts'
import { decryptBytes, encryptBytes } from '../../src/content/one-shot.ts'
import { authenticateStream, decryptBuffered, encryptStream } from '../../src/content/stream.ts'
import { algorithmSuite, type AlgorithmSuiteId } from '../../src/suites.ts'
import { collect } from './sources.ts'
import { expectBytes, hex } from './support.ts'

interface Vector {
  readonly name: string
  readonly key: ContentKey
  readonly plaintext: Uint8Array
  readonly body: Uint8Array
}

const base64 = (text: string) => fromBase64(text) ?? new Uint8Array(0)

function contentKey(id: AlgorithmSuiteId, key: Uint8Array, iv: Uint8Array): ContentKey {
  const aad = id === 0x0073 ? hex('0073') : hex('')
  return { suite: algorithmSuite(id), key: asBytes(key), iv: asBytes(iv), aad }
}

const PLAIN_V3 = hex(
  '8f2c59c6dbfcacf356f3da40788cbde67ca38161a4702cbcf757af663e1c24a600001b2f500417dbf5a050f57db6737422b2ed6a44c75e0d',
)
const GO_V3 = contentKey(
  0x0073,
  hex('0bd256e569a37d67567f522c38dbe32fdd0c1e28333dec1324197b54325eade6'),
  new Uint8Array(12).fill(1),
)
const GO_FIXED = contentKey(
  0x0072,
  base64('lP6AbIQTmptyb/+WQq+ubDw+w7na0T1LGSByZGuaono='),
  hex('ae325acae2bfd5b9c3d0b813'),
)
const GO_CONTEXT = contentKey(
  0x0072,
  base64('hJUv7S6K2cHF64boS9ixHX0TZAjBZLT4ZpEO4XxkGnY='),
  base64('dqqlq2dRVSQ5hFRb'),
)
const DERIVED_V3 = contentKey(
  0x0073,
  hex('170e0e2d61d7feaf240b5cfd6cf0a7ed23739dd87cec02791698ad5dac5ab75c'),
  new Uint8Array(12).fill(1),
)

const vectors: Vector[] = [
  {
    name: 'V3 (Go)',
    key: GO_V3,
    plaintext: PLAIN_V3,
    body: hex(
      '2d4ff4dafe27f69f628872d82b5a1002ed1a21b8485d532bd8159f6487945b3641af5865fc0a029a3650053600c6d213625b9a0cc9c239577c09f3423dedc5641e88b6835824417c',
    ),
  },
  {
    name: 'V3, hello world',
    key: DERIVED_V3,
    plaintext: Buffer.from('hello world'),
    body: hex('77469c9590d0d6ff2fbda124cdb4ceb14fd3da451c2cbcc04d5584'),
  },
  {
    name: 'V3, empty',
    key: DERIVED_V3,
    plaintext: hex(''),
    body: hex('b594be34ea7b31e40d962ddf61e5ca34'),
  },
  {
    name: 'V2, kms+context, GCM (Go)',
    key: GO_CONTEXT,
    plaintext: hex(
      'af150d7156bf5b3f5c461e5c6ac820acc5a33aab7085d920666c250ff251209d5a4029b3bd78250fab6e11aed52fae948d407056a9519b68',
    ),
    body: hex(
      '6b134eb7a353131de92faff64f594b2794e3544e31776cca26fe3bbeeffc68742d1007234f11c6670522602326868e29f37e9d2678f1614ec1a2418009b9772100929aadbed9a21a',
    ),
  },
  {
    name: 'V2, kms, GCM (Go)',
    key: contentKey(
      0x0072,
      base64('Hrjrkkt/vQwMYtqvK6+MiXh3xiMvviL1Ks7w2mgsJgU='),
      base64('8Rlvyy8AoYj8v579'),
    ),
    plaintext: hex(
      '75f6805afa7d7be4f56c5906adc27a5959158bf4af6e7c7e12bda3458300f6b1c8daaf9a5949f7a6bdbb8a9c072de05bf0541633421f42f8',
    ),
    body: hex(
      '6370a90b9a118301c2160c23a90d96146761276acdcfa92e6cbcb783abdc2e1813891506d6850754ef87ed2ac3bf570dd5c9da9492b7769ae1e639d073d688bd284815404ce2648a',
    ),
  },
  {
    name: 'V2, GCM, fixed nonce (Go)',
    key: GO_FIXED,
    plaintext: PLAIN_V3,
    body: hex(
      '4cd8e95a1c9b8b19640e02838b02c8c09e66250703a602956695afbc23cbb8647d51645955ab63b89733d0766f9a264adb88571b1d467b734ff72eb73d31de9a83670d59688c54ea',
    ),
  },
  {
    name: 'V2, GCM, fixed nonce, empty (Go)',
    key: GO_FIXED,
    plaintext: hex(''),
    body: hex('38a7dff91ec56105eedb716fe171675f'),
  },
  {
    name: 'AES-GCM (NIST, Go)',
    key: contentKey(
      0x0072,
      hex('31bdadd96698c204aa9ce1448ea94ae1fb4a9a0b3c9d773b51bb1822666b8f22'),
      hex('0d18e06c7c725ac9e362e1ce'),
    ),
    plaintext: hex('2db5168e932556f8089a0622981d017d'),
    body: hex('fa4362189661d163fcd6a56d8bf0405ad636ac1bbedd5cc3ee727dc2ab4a9489'),
  },
  {
    name: 'V2, kms, CBC (Go)',
    key: contentKey(
      0x0070,
      base64('7ItX9CTGNWWegC62RlaNu6EJ3+J9yGO7yAqDNU4CdeA='),
      base64('adO9U7pcEHxUTaguIkho9g=='),
    ),
    plaintext: hex(
      'a716e018ffecf4bb94d4352082af4662612d9c225efed6f389bf1f6f0447a9bce80cc712d7e66ee5e1c086af38e607ead351fd2c1a0247878e693ada73bd580b',
    ),
    body: hex(
      '6f4f413a357a3c3a12289442fb835c5e4ecc8db1d86d3d1eab906ce07e1ad772180b2e9ec49c3fc667d8aceea8c46da6bb9738251a8e36241a473ad820f99c701906bac1f48578d5392e928889bbb1d9',
    ),
  },
  {
    name: 'V1, CBC (Ruby)',
    key: contentKey(
      0x0070,
      base64('uSwsRlIMhY1klVYrgqceqjmQMmARcNl7rEKWW+7HVvA='),
      base64('TO5mQgtOzWkTfoX4RE5tsA=='),
    ),
    plaintext: Buffer.from('secret'),
    body: base64('JIgXCTXpeQerPLiU6dVL4Q=='),
  },
]

describe.each(vectors)('$name', ({ key, plaintext, body }) => {
  const bytes = asBytes(plaintext)
  const ciphertext = asBytes(body)

  test('at once', async () => {
    expectBytes(await encryptBytes(key, bytes), body)
    expectBytes(await decryptBytes(key, ciphertext), plaintext)
  })

  test('as a stream in chunks of a block', async () => {
    const options = { chunkSize: 16 }
    expectBytes(await collect(encryptStream(key, bytes, options)), body)
    expectBytes(await decryptBuffered(key, ciphertext, options), plaintext)
  })

  // CBC has no tag to put together.
  if (key.suite.cipher === 'AES-GCM') {
    test('block by block, from the last', async () => {
      await authenticateStream(key, ciphertext, { chunkSize: 16 })
      const cipher = await gcmCipher(key)
      const offsets = Array.from({ length: Math.ceil(bytes.length / 16) }, (_, i) => 16 * i)
      const pieces = await Promise.all(
        offsets.reverse().map((at) => cipher.encryptAt(at, bytes.subarray(at, at + 16))),
      )
      const share = pieces.reduceRight(
        (total, piece) => cipher.merge(total, piece.share),
        await cipher.authenticate(hex('')),
      )
      const parts = pieces.reverse().map((piece) => piece.ciphertext)
      expectBytes(concat(...parts, cipher.tag(share)), body)
    })
  }
})

test('ranges: what the counters of the standard decrypt', async () => {
  const [v3, context] = [vectors[0], vectors[3]] as [Vector, Vector]
  for (const { key, body, plaintext, from, to } of [
    { ...v3, from: 16, to: 48 },
    { ...context, from: 32, to: 56 },
  ]) {
    const range = await decryptCtrRange(key, from, asBytes(body.subarray(from, to)))
    expectBytes(range, plaintext.subarray(from, to))
  }
  expect(v3.body).toHaveLength(72)
})
