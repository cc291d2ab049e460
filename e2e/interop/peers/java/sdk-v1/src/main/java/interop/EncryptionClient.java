// SPDX-License-Identifier: Apache-2.0
package interop;

import com.amazonaws.services.kms.AWSKMS;
import com.amazonaws.services.s3.AmazonS3;
import com.amazonaws.services.s3.AmazonS3Builder;
import com.amazonaws.services.s3.model.CryptoMode;
import com.amazonaws.services.s3.model.CryptoStorageMode;
import com.amazonaws.services.s3.model.EncryptionMaterials;
import com.amazonaws.services.s3.model.PutInstructionFileRequest;
import com.amazonaws.services.s3.model.UploadObjectRequest;

/** What {@code AmazonS3EncryptionClient} and {@code AmazonS3EncryptionClientV2} do not share. */
interface EncryptionClient<S3 extends AmazonS3> {
  AmazonS3Builder<?, S3> builder(
      CryptoMode mode, CryptoStorageMode storage, EncryptionMaterials materials, AWSKMS kms);

  /** The mode that writes this pair of wrapping algorithm and content. */
  CryptoMode modeForWriting(String wrapping, String suite, boolean legacy);

  void uploadObject(S3 client, UploadObjectRequest request) throws Exception;

  void putInstructionFile(S3 client, PutInstructionFileRequest request);

  /** Strict modes read nothing but authenticated content. */
  default CryptoMode modeForReading(boolean legacy) {
    return legacy ? CryptoMode.AuthenticatedEncryption : CryptoMode.StrictAuthenticatedEncryption;
  }
}
