// SPDX-License-Identifier: Apache-2.0
package interop;

import com.amazonaws.services.kms.AWSKMS;
import com.amazonaws.services.s3.AmazonS3Builder;
import com.amazonaws.services.s3.AmazonS3EncryptionClientV2Builder;
import com.amazonaws.services.s3.AmazonS3EncryptionV2;
import com.amazonaws.services.s3.model.CryptoConfigurationV2;
import com.amazonaws.services.s3.model.CryptoMode;
import com.amazonaws.services.s3.model.CryptoRangeGetMode;
import com.amazonaws.services.s3.model.CryptoStorageMode;
import com.amazonaws.services.s3.model.EncryptionMaterials;
import com.amazonaws.services.s3.model.PutInstructionFileRequest;
import com.amazonaws.services.s3.model.StaticEncryptionMaterialsProvider;
import com.amazonaws.services.s3.model.UploadObjectRequest;

/** {@code AmazonS3EncryptionClientV2}. */
final class ClientV2 implements EncryptionClient<AmazonS3EncryptionV2> {
  @Override
  public AmazonS3Builder<?, AmazonS3EncryptionV2> builder(
      CryptoMode mode, CryptoStorageMode storage, EncryptionMaterials materials, AWSKMS kms) {
    return AmazonS3EncryptionClientV2Builder.standard()
        .withCryptoConfiguration(
            new CryptoConfigurationV2(mode)
                .withStorageMode(storage)
                .withRangeGetMode(CryptoRangeGetMode.ALL))
        .withEncryptionMaterialsProvider(new StaticEncryptionMaterialsProvider(materials))
        .withKmsClient(kms);
  }

  @Override
  public CryptoMode modeForWriting(String wrapping, String suite, boolean legacy) {
    return switch (wrapping + " " + suite) {
      case "kms+context gcm", "AES/GCM gcm", "RSA-OAEP-SHA1 gcm" -> modeForReading(legacy);
      default -> throw new Unsupported("writes no " + suite + " content under " + wrapping);
    };
  }

  @Override
  public void uploadObject(AmazonS3EncryptionV2 client, UploadObjectRequest request)
      throws Exception {
    client.uploadObject(request);
  }

  @Override
  public void putInstructionFile(AmazonS3EncryptionV2 client, PutInstructionFileRequest request) {
    client.putInstructionFile(request);
  }
}
