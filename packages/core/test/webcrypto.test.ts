// SPDX-License-Identifier: Apache-2.0
import { afterEach, expect, test, vi } from 'vitest'
import { decrypt, encrypt, rawAesKeyring } from '@s3-cse/core'

const options = { keyring: rawAesKeyring({ wrappingKey: new Uint8Array(32).fill(1) }) }

afterEach(() => vi.unstubAllGlobals())

test('without crypto.subtle, as in an insecure page, everything says so', async () => {
  const written = await encrypt(new Uint8Array(5), options)
  const { crypto } = globalThis
  const getRandomValues = (into: Uint8Array<ArrayBuffer>) => crypto.getRandomValues(into)
  vi.stubGlobal('crypto', { getRandomValues })
  const missing = expect.objectContaining({
    code: 'ERR_WEBCRYPTO_MISSING',
    message: expect.stringContaining('HTTPS') as string,
  }) as unknown
  await expect(encrypt(new Uint8Array(5), options)).rejects.toEqual(missing)
  await expect(decrypt(written, options)).rejects.toEqual(missing)
})
