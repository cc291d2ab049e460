// SPDX-License-Identifier: Apache-2.0
package interop;

import software.amazon.encryption.s3.S3EncryptionClient;

final class Version {
  static final String NAME = "java-v3";
  static final String VERSION = "3.5.0";

  private Version() {}

  static S3EncryptionClient.Builder builder(Request request) {
    if (!request.commitment().equals("forbid-allow"))
      throw new Unsupported("has no commitment policy");
    return S3EncryptionClient.builder();
  }

  static void checkWritable(Request request) {
    if (!request.suite().equals("gcm")) throw new Unsupported("writes no content but AES-GCM");
  }
}
