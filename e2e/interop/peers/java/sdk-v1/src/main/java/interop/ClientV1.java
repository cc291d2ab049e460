// SPDX-License-Identifier: Apache-2.0
package interop;

import com.amazonaws.services.kms.AWSKMS;
import com.amazonaws.services.s3.AmazonS3Builder;
import com.amazonaws.services.s3.AmazonS3Encryption;
import com.amazonaws.services.s3.AmazonS3EncryptionClient;
import com.amazonaws.services.s3.AmazonS3EncryptionClientBuilder;
import com.amazonaws.services.s3.model.CryptoConfiguration;
import com.amazonaws.services.s3.model.CryptoMode;
import com.amazonaws.services.s3.model.CryptoStorageMode;
import com.amazonaws.services.s3.model.EncryptionMaterials;
import com.amazonaws.services.s3.model.PutInstructionFileRequest;
import com.amazonaws.services.s3.model.StaticEncryptionMaterialsProvider;
import com.amazonaws.services.s3.model.UploadObjectRequest;

/**
 * {@code AmazonS3EncryptionClient}: the mode decides about wrapping and content together. Its interface
 * lacks two operations of the class that the builder makes.
 */
@SuppressWarnings("deprecation")
final class ClientV1 implements EncryptionClient<AmazonS3Encryption> {
  @Override
  public AmazonS3Builder<?, AmazonS3Encryption> builder(
      CryptoMode mode, CryptoStorageMode storage, EncryptionMaterials materials, AWSKMS kms) {
    return AmazonS3EncryptionClientBuilder.standard()
        .withCryptoConfiguration(new CryptoConfiguration(mode).withStorageMode(storage))
        .withEncryptionMaterials(new StaticEncryptionMaterialsProvider(materials))
        .withKmsClient(kms);
  }

  @Override
  public CryptoMode modeForWriting(String wrapping, String suite, boolean legacy) {
    return switch (wrapping + " " + suite) {
      case "kms cbc", "AES cbc", "RSA cbc" -> CryptoMode.EncryptionOnly;
      case "kms gcm", "AESWrap gcm", "RSA/ECB/OAEPWithSHA-256AndMGF1Padding gcm" ->
          modeForReading(legacy);
      default -> throw new Unsupported("writes no " + suite + " content under " + wrapping);
    };
  }

  @Override
  public void uploadObject(AmazonS3Encryption client, UploadObjectRequest request)
      throws Exception {
    ((AmazonS3EncryptionClient) client).uploadObject(request);
  }

  @Override
  public void putInstructionFile(AmazonS3Encryption client, PutInstructionFileRequest request) {
    ((AmazonS3EncryptionClient) client).putInstructionFile(request);
  }
}
