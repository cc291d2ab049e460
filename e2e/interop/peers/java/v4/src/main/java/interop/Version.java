// SPDX-License-Identifier: Apache-2.0
package interop;

import software.amazon.encryption.s3.CommitmentPolicy;
import software.amazon.encryption.s3.S3EncryptionClient;
import software.amazon.encryption.s3.algorithms.AlgorithmSuite;

final class Version {
  static final String NAME = "java-v4";
  static final String VERSION = "4.0.1";

  private Version() {}

  static S3EncryptionClient.Builder builder(Request request) {
    var policy =
        switch (request.commitment()) {
          case "forbid-allow" -> CommitmentPolicy.FORBID_ENCRYPT_ALLOW_DECRYPT;
          case "require-allow" -> CommitmentPolicy.REQUIRE_ENCRYPT_ALLOW_DECRYPT;
          case "require-require" -> CommitmentPolicy.REQUIRE_ENCRYPT_REQUIRE_DECRYPT;
          default -> throw new Unsupported("commitment policy " + request.commitment());
        };
    var suite =
        policy == CommitmentPolicy.FORBID_ENCRYPT_ALLOW_DECRYPT
            ? AlgorithmSuite.ALG_AES_256_GCM_IV12_TAG16_NO_KDF
            : AlgorithmSuite.ALG_AES_256_GCM_HKDF_SHA512_COMMIT_KEY;
    return S3EncryptionClient.builderV4().commitmentPolicy(policy).encryptionAlgorithm(suite);
  }

  static void checkWritable(Request request) {
    if (request.suite().equals("cbc")) throw new Unsupported("writes no AES-CBC");
    var commits = request.suite().equals("committing");
    if (commits == request.commitment().equals("forbid-allow"))
      throw new Unsupported(request.suite() + " under " + request.commitment());
  }
}
