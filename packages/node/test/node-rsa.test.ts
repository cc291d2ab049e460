import { generateKeyPairSync, publicEncrypt, constants, randomBytes } from 'node:crypto'
import { decrypt, encrypt, nodeRsa, rawRsaKeyring } from '@s3-cse/node'
import { expect, test } from 'vitest'

const { publicKey, privateKey } = generateKeyPairSync('rsa', { modulusLength: 2048 })
const pem = {
  publicKey: publicKey.export({ type: 'spki', format: 'pem' }) as string,
  privateKey: privateKey.export({ type: 'pkcs8', format: 'pem' }) as string,
}
const policy = {
  commitmentPolicy: 'FORBID_ENCRYPT_ALLOW_DECRYPT',
  enableLegacyUnauthenticatedModes: true,
} as const

test('an object whose data key OpenSSL wrapped with PKCS #1 v1.5 is read', async () => {
  const keyring = rawRsaKeyring({ ...pem, rsa: nodeRsa, enableLegacyWrappingAlgorithms: true })
  const dataKey = randomBytes(32)
  const wrapped = publicEncrypt({ key: publicKey, padding: constants.RSA_PKCS1_PADDING }, dataKey)
  const known = {
    onEncrypt: () =>
      Promise.resolve({
        dataKey,
        encryptedDataKey: wrapped,
        wrappingAlgorithm: 'RSA' as const,
        description: {},
      }),
    onDecrypt: () => Promise.reject(new Error('not asked')),
  }
  const object = await encrypt(Buffer.from('secret'), {
    keyring: known,
    commitmentPolicy: 'FORBID_ENCRYPT_ALLOW_DECRYPT',
    algorithmSuite: 'ALG_AES_256_CBC_IV16_NO_KDF',
    writeLegacyCbc: true,
  })
  expect(object.metadata).toHaveProperty('x-amz-key')
  expect(Buffer.from(await decrypt(object, { ...policy, keyring })).toString()).toBe('secret')
})
