// SPDX-License-Identifier: Apache-2.0
import { Readable } from 'node:stream'
import {
  buildClient,
  RawAesKeyringNode,
  RawAesWrappingSuiteIdentifier,
  CommitmentPolicy,
} from '@aws-crypto/client-node'
import type { Subject } from '../subject.ts'

const client = buildClient(CommitmentPolicy.REQUIRE_ENCRYPT_REQUIRE_DECRYPT)

/** The AWS Encryption SDK: a format of its own, framed and, by default, signed. */
export const awsEncryptionSdk: Subject = {
  largest: 64 * 2 ** 20,
  async prepare({ key, plaintext }) {
    const keyring = new RawAesKeyringNode({
      keyName: 'bench',
      keyNamespace: 'bench',
      unencryptedMasterKey: key.slice(), // it is wiped out
      wrappingSuite: RawAesWrappingSuiteIdentifier.AES256_GCM_IV12_TAG16_NO_PADDING,
    })
    const encrypted = () => Readable.from(plaintext()).pipe(client.encryptStream(keyring))
    const message: Buffer[] = []
    for await (const piece of encrypted()) message.push(piece as Buffer)
    return {
      async encrypt(sink) {
        for await (const piece of encrypted()) sink(piece as Buffer)
      },
      async decrypt(sink) {
        const decrypted = Readable.from(message).pipe(client.decryptStream(keyring))
        for await (const piece of decrypted) sink(piece as Buffer)
      },
    }
  },
}
