import { createDecipheriv, hkdfSync } from 'node:crypto'

const decode = (text: string | undefined) => Buffer.from(text ?? '', 'base64')

function open(key: Buffer, nonce: Buffer, sealed: Buffer, additionalData?: Buffer): Buffer {
  const decipher = createDecipheriv('aes-256-gcm', key, nonce)
  if (additionalData !== undefined) decipher.setAAD(additionalData)
  decipher.setAuthTag(sealed.subarray(-16))
  return Buffer.concat([decipher.update(sealed.subarray(0, -16)), decipher.final()])
}

/**
 * Content of an object whose data key is wrapped with AES/GCM, from the published format and with
 * `node:crypto` alone.
 *
 * @param fields - the envelope, from wherever it is stored.
 */
export function decryptIndependently(
  wrappingKey: Buffer,
  fields: Record<string, string>,
  body: Buffer,
): Buffer {
  const v3 = fields['x-amz-c'] === '115' && fields['x-amz-w'] === '02'
  const v2 = fields['x-amz-wrap-alg'] === 'AES/GCM'
  if (v3 === v2) throw new Error('unknown algorithms')
  const wrapped = decode(fields[v3 ? 'x-amz-3' : 'x-amz-key-v2'])
  const bound = Buffer.from(v3 ? '115' : 'AES/GCM/NoPadding')
  const dataKey = open(wrappingKey, wrapped.subarray(0, 12), wrapped.subarray(12), bound)
  if (v3) {
    const messageId = decode(fields['x-amz-i'])
    const info = '\0\x73DERIVEKEY'
    const contentKey = Buffer.from(hkdfSync('sha512', dataKey, messageId, info, 32))
    return open(contentKey, Buffer.alloc(12, 0x01), body, Buffer.from([0x00, 0x73]))
  }
  if (fields['x-amz-cek-alg'] === 'AES/GCM/NoPadding') {
    return open(dataKey, decode(fields['x-amz-iv']), body)
  }
  const decipher = createDecipheriv('aes-256-cbc', dataKey, decode(fields['x-amz-iv']))
  return Buffer.concat([decipher.update(body), decipher.final()])
}
