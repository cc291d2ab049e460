// SPDX-License-Identifier: Apache-2.0
/**
 * Key rotation: the data key of a stored object, wrapped anew. The content stays as it is, so that this is of use
 * only where the envelope can be replaced without the object: in an instruction file.
 *
 * @module
 */

import { equalConstantTime, type Bytes } from './bytes.ts'
import type { Envelope } from './envelope/envelope.ts'
import { isS3EncryptionError, S3EncryptionError } from './errors.ts'
import type { Keyring } from './keyring/keyring.ts'
import {
  answeredBytes,
  formatFor,
  unwrapDataKey,
  wrapDataKey,
  type DecryptionRequest,
} from './materials.ts'
import { equalMaps, type StringMap } from './string-map.ts'

/** What {@link reEncryptDataKey} starts from: the object as it is read today, and who shall read it next. */
export interface ReEncryptionRequest extends Omit<DecryptionRequest, 'ranged'> {
  /** Wraps the data key anew. */
  readonly newKeyring: Keyring
  /**
   * What AWS KMS authenticates from now on.
   *
   * @defaultValue `encryptionContext`
   */
  readonly newEncryptionContext?: StringMap | undefined
  /**
   * Refuse a new envelope that the old keyring can open.
   *
   * @defaultValue false
   */
  readonly enforceRotation?: boolean | undefined
}

/**
 * The envelope with its data key wrapped by another keyring. Data key, IV or message ID, and commitment stay.
 *
 * @throws as `beginDecryption`; what the new keyring throws; `S3EncryptionError` with
 * `ERR_RE_ENCRYPTION_REFUSED` if raw keys have the material description that the object has already,
 * `ERR_ROTATION_NOT_ENFORCED`, or `ERR_DATA_KEY_INVALID` if the new keyring wrapped another data key.
 */
export async function reEncryptDataKey(request: ReEncryptionRequest): Promise<Envelope> {
  const { envelope, newKeyring, encryptionContext, enforceRotation = false } = request
  const { newEncryptionContext = encryptionContext ?? {} } = request
  const { suite, description } = envelope
  const { dataKey } = await unwrapDataKey(request)
  const materials = { suite, encryptionContext: newEncryptionContext, dataKey }
  const { wrapped, wrappingAlgorithm } = await wrapDataKey(newKeyring, materials)
  if (!equalConstantTime(wrapped.dataKey, dataKey)) {
    throw new S3EncryptionError(
      'ERR_DATA_KEY_INVALID',
      'The new keyring made a data key of its own instead of wrapping the one of the object.',
    )
  }
  // A reader chooses a raw key by the description; KMS knows its keys by itself.
  if (!wrappingAlgorithm.kms && equalMaps(wrapped.description, description)) {
    throw new S3EncryptionError(
      'ERR_RE_ENCRYPTION_REFUSED',
      'The new keyring has the material description that the object has already, so that readers could not tell the keys apart. Give it another materialDescription.',
    )
  }
  const renewed: Envelope = {
    ...envelope,
    format: formatFor(suite, wrappingAlgorithm),
    encryptedDataKey: answeredBytes(await wrapped.encryptedDataKey, 'encryptedDataKey'),
    wrappingAlgorithm,
    description: wrapped.description,
  }
  const opening = { keyring: request.keyring, encryptionContext: newEncryptionContext }
  if (enforceRotation && (await opens(opening, renewed, dataKey))) {
    throw new S3EncryptionError(
      'ERR_ROTATION_NOT_ENFORCED',
      'The old keyring can still unwrap the data key that the new one wrapped. Use a new keyring with another key.',
    )
  }
  return renewed
}

interface Opening {
  readonly keyring: Keyring
  readonly encryptionContext: StringMap
}

/** Whether a keyring gets the data key out, also when it does not go by the description. */
async function opens(
  { keyring, encryptionContext }: Opening,
  envelope: Envelope,
  dataKey: Bytes,
): Promise<boolean> {
  const { suite, encryptedDataKey, wrappingAlgorithm, description } = envelope
  const wrapped = { suite, encryptedDataKey, wrappingAlgorithm, encryptionContext }
  for (const told of wrappingAlgorithm.kms ? [description] : [description, {}]) {
    try {
      const unwrapped = await keyring.onDecrypt({ ...wrapped, description: told })
      // The legacy algorithm RSA answers with a wrong data key where it fails.
      if (equalConstantTime(unwrapped, dataKey)) return true
    } catch (error) {
      if (!isRefusal(error)) throw error
    }
  }
  return false
}

// What AWS KMS answers for a key that is another one, or not for the caller. A service that is merely out of
// reach proves nothing.
const KMS_REFUSALS = [
  'AccessDeniedException',
  'IncorrectKeyException',
  'InvalidCiphertextException',
  'NotFoundException',
]

function isRefusal(error: unknown): boolean {
  if (isS3EncryptionError(error)) {
    const { cause } = error
    return !(cause instanceof AggregateError) || cause.errors.every(isRefusal)
  }
  return KMS_REFUSALS.includes((error as { name?: string } | undefined)?.name ?? '')
}
