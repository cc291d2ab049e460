// SPDX-License-Identifier: Apache-2.0
package interop;

import com.amazonaws.auth.AWSStaticCredentialsProvider;
import com.amazonaws.auth.BasicAWSCredentials;
import com.amazonaws.client.builder.AwsClientBuilder.EndpointConfiguration;
import com.amazonaws.services.kms.AWSKMS;
import com.amazonaws.services.kms.AWSKMSClientBuilder;
import com.amazonaws.services.s3.AmazonS3;
import com.amazonaws.services.s3.model.CompleteMultipartUploadRequest;
import com.amazonaws.services.s3.model.CryptoMode;
import com.amazonaws.services.s3.model.CryptoStorageMode;
import com.amazonaws.services.s3.model.EncryptedGetObjectRequest;
import com.amazonaws.services.s3.model.EncryptionMaterials;
import com.amazonaws.services.s3.model.InitiateMultipartUploadRequest;
import com.amazonaws.services.s3.model.KMSEncryptionMaterials;
import com.amazonaws.services.s3.model.ObjectMetadata;
import com.amazonaws.services.s3.model.PartETag;
import com.amazonaws.services.s3.model.PutInstructionFileRequest;
import com.amazonaws.services.s3.model.S3ObjectId;
import com.amazonaws.services.s3.model.UploadObjectRequest;
import com.amazonaws.services.s3.model.UploadPartRequest;
import java.io.ByteArrayInputStream;
import java.io.File;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.Map;
import java.util.regex.Pattern;

/** Operations of both encryption clients. */
final class SdkPeer<S3 extends AmazonS3> implements Peer {
  private interface Use<S3> {
    void with(S3 client) throws Exception;
  }

  private static final Pattern RANGE = Pattern.compile("bytes=(\\d+)-(\\d*)");

  private final EncryptionClient<S3> encryption;
  private final Map<Request.Server, AWSKMS> kmsClients = new HashMap<>();

  SdkPeer(EncryptionClient<S3> encryption) {
    this.encryption = encryption;
  }

  private void client(Request request, CryptoMode mode, Use<S3> use) throws Exception {
    if (!request.commitment().equals("forbid-allow"))
      throw new Unsupported("has no commitment policy");
    var server = request.server();
    var credentials =
        new AWSStaticCredentialsProvider(
            new BasicAWSCredentials(server.accessKeyId(), server.secretAccessKey()));
    var kms =
        kmsClients.computeIfAbsent(
            server,
            one ->
                AWSKMSClientBuilder.standard()
                    .withEndpointConfiguration(
                        new EndpointConfiguration(one.kms().toString(), one.region()))
                    .withCredentials(credentials)
                    .build());
    var storage =
        "instruction".equals(request.storage())
            ? CryptoStorageMode.InstructionFile
            : CryptoStorageMode.ObjectMetadata;
    var builder =
        encryption.builder(mode, storage, materials(request.keyring(), request.contextOrEmpty()), kms);
    builder.setEndpointConfiguration(
        new EndpointConfiguration(server.s3().toString(), server.region()));
    builder.setCredentials(credentials);
    builder.setPathStyleAccessEnabled(true);
    var client = builder.build();
    try {
      use.with(client);
    } finally {
      client.shutdown();
    }
  }

  private static EncryptionMaterials materials(Request.Keys keys, Map<String, String> description)
      throws Exception {
    var kind = keys.kind();
    var materials =
        kind.startsWith("kms")
            ? new KMSEncryptionMaterials(keys.kmsKeyId())
            : kind.startsWith("AES")
                ? new EncryptionMaterials(Keyrings.aesKey(keys))
                : new EncryptionMaterials(Keyrings.rsaKeyPair(keys));
    return materials.addDescriptions(description);
  }

  @Override
  public void put(Request request) throws Exception {
    if (request.suffix() != null) throw new Unsupported("a suffix on put");
    var mode =
        encryption.modeForWriting(request.keyring().kind(), request.suite(), request.legacy());
    client(
        request,
        mode,
        s3 -> {
          var file = new File(request.file());
          if (request.multipart() == null) {
            s3.putObject(request.bucket(), request.key(), file);
          } else if (request.multipart().parallel()) {
            encryption.uploadObject(
                s3,
                new UploadObjectRequest(request.bucket(), request.key(), file)
                    .withPartSize(request.multipart().partSize()));
          } else {
            putInParts(s3, request, file);
          }
        });
  }

  private void putInParts(S3 s3, Request request, File file) {
    var upload =
        s3.initiateMultipartUpload(
            new InitiateMultipartUploadRequest(request.bucket(), request.key()));
    var parts = new ArrayList<PartETag>();
    long offset = 0;
    do {
      var size = Math.min(request.multipart().partSize(), file.length() - offset);
      var part =
          new UploadPartRequest()
              .withBucketName(request.bucket())
              .withKey(request.key())
              .withUploadId(upload.getUploadId())
              .withPartNumber(parts.size() + 1)
              .withFile(file)
              .withFileOffset(offset)
              .withPartSize(size);
      offset += size;
      part.setLastPart(offset == file.length());
      parts.add(s3.uploadPart(part).getPartETag());
    } while (offset < file.length());
    s3.completeMultipartUpload(
        new CompleteMultipartUploadRequest(
            request.bucket(), request.key(), upload.getUploadId(), parts));
  }

  @Override
  public void get(Request request) throws Exception {
    read(request, new EncryptedGetObjectRequest(request.bucket(), request.key()));
  }

  @Override
  public void getRange(Request request) throws Exception {
    var range = RANGE.matcher(request.range());
    if (!range.matches()) throw new Unsupported("range " + request.range());
    var get = new EncryptedGetObjectRequest(request.bucket(), request.key());
    var start = Long.parseLong(range.group(1));
    if (range.group(2).isEmpty()) get.setRange(start);
    else get.setRange(start, Long.parseLong(range.group(2)));
    read(request, get);
  }

  private void read(Request request, EncryptedGetObjectRequest get) throws Exception {
    if (request.suffix() != null) get.setInstructionFileSuffix(withoutDot(request.suffix()));
    client(
        request,
        encryption.modeForReading(request.legacy()),
        s3 -> {
          try (InputStream plaintext = s3.getObject(get).getObjectContent()) {
            Files.copy(plaintext, Path.of(request.file()), StandardCopyOption.REPLACE_EXISTING);
          }
        });
  }

  @Override
  public void reencrypt(Request request) throws Exception {
    var suffix = request.suffix() == null ? "instruction" : withoutDot(request.suffix());
    var materials = materials(request.newKeyring(), Map.of("rotated", "yes"));
    client(
        request,
        encryption.modeForReading(request.legacy()),
        s3 ->
            encryption.putInstructionFile(
                s3,
                new PutInstructionFileRequest(
                    new S3ObjectId(request.bucket(), request.key()), materials, suffix)));
  }

  /** The client puts the dot before a suffix itself. */
  private static String withoutDot(String suffix) {
    return suffix.substring(1);
  }

  @Override
  public void delete(Request request) throws Exception {
    client(
        request,
        encryption.modeForReading(request.legacy()),
        s3 -> s3.deleteObject(request.bucket(), request.key()));
  }

  @Override
  public double bench(Request request) throws Exception {
    var bucket = request.bucket();
    var body = Files.readAllBytes(Path.of(request.file()));
    var metadata = new ObjectMetadata();
    metadata.setContentLength(body.length);
    var seconds = new double[1];
    client(
        request,
        encryption.modeForWriting(request.keyring().kind(), request.suite(), request.legacy()),
        s3 ->
            seconds[0] =
                Benchmark.seconds(
                    request,
                    // The client adds the envelope to the metadata that it is given.
                    key -> s3.putObject(bucket, key, new ByteArrayInputStream(body), metadata.clone()),
                    key -> {
                      try (var plaintext = s3.getObject(bucket, key).getObjectContent()) {
                        Benchmark.drain(request, plaintext);
                      }
                    }));
    return seconds[0];
  }
}
