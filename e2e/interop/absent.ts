// SPDX-License-Identifier: Apache-2.0
/**
 * Clients that take no part, and why: the peers come from Debian, PyPI, Maven Central and the Go module
 * proxy alone.
 *
 * @module
 */

export const absent: readonly { readonly client: string; readonly reason: string }[] = [
  {
    client: 'Amazon S3 Encryption Client for .NET',
    reason: 'published on NuGet only',
  },
  {
    client: 'AWS SDK for PHP, S3EncryptionClient',
    reason: 'published on Packagist only; Debian has no package of it',
  },
  {
    client: 'AWS SDK for C++, S3EncryptionClient',
    reason: 'published as sources only; Debian has no package of it',
  },
  {
    client: 'AWS SDK for Ruby, EncryptionV3',
    reason: 'younger than the version that Debian has, 1.117',
  },
]
