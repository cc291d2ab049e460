// SPDX-License-Identifier: Apache-2.0
// What every project does with the package that it installed.

/**
 * Puts an object and gets it back; throws unless the same bytes return.
 *
 * @param {{ S3EncryptionClient: any, kmsKeyring: any }} library
 * @param {{ s3: object, kms: object, keyId: string, object: { Bucket: string, Key: string } }} account
 * @param {object} [more] Options of the client.
 */
export async function roundTrip({ S3EncryptionClient, kmsKeyring }, account, more = {}) {
  const { s3: config, kms, keyId, object } = account
  const keyring = kmsKeyring({ keyId, clientConfig: kms })
  const s3 = new S3EncryptionClient({ ...config, ...more, keyring })
  const content = new Uint8Array(9_000_000).map((_, i) => (i * 7) % 251)
  await s3.putObject({ ...object, Body: content })
  const { Body } = await s3.getObject(object)
  const read = await Body.transformToByteArray()
  s3.destroy()
  if (read.length !== content.length || read.some((byte, i) => byte !== content[i])) {
    throw new Error('Other bytes came back')
  }
}
