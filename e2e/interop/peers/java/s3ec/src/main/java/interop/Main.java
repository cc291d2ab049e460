// SPDX-License-Identifier: Apache-2.0
package interop;

import static software.amazon.encryption.s3.S3EncryptionClient.withAdditionalConfiguration;
import static software.amazon.encryption.s3.S3EncryptionClient.withCustomInstructionFileSuffix;

import java.io.File;
import java.io.InputStream;
import java.io.RandomAccessFile;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.Map;
import java.util.function.Consumer;
import software.amazon.awssdk.auth.credentials.AwsBasicCredentials;
import software.amazon.awssdk.auth.credentials.StaticCredentialsProvider;
import software.amazon.awssdk.awscore.AwsRequestOverrideConfiguration;
import software.amazon.awssdk.core.interceptor.Context;
import software.amazon.awssdk.core.interceptor.ExecutionAttributes;
import software.amazon.awssdk.core.interceptor.ExecutionInterceptor;
import software.amazon.awssdk.core.sync.RequestBody;
import software.amazon.awssdk.http.SdkHttpRequest;
import software.amazon.awssdk.regions.Region;
import software.amazon.awssdk.services.kms.KmsClient;
import software.amazon.awssdk.services.s3.S3AsyncClient;
import software.amazon.awssdk.services.s3.S3Client;
import software.amazon.awssdk.services.s3.model.CompletedPart;
import software.amazon.awssdk.services.s3.model.GetObjectRequest;
import software.amazon.awssdk.services.s3.model.PutObjectRequest;
import software.amazon.awssdk.services.s3.model.SdkPartType;
import software.amazon.encryption.s3.S3EncryptionClient;
import software.amazon.encryption.s3.internal.InstructionFileConfig;
import software.amazon.encryption.s3.internal.ReEncryptInstructionFileRequest;
import software.amazon.encryption.s3.materials.AesKeyring;
import software.amazon.encryption.s3.materials.Keyring;
import software.amazon.encryption.s3.materials.KmsKeyring;
import software.amazon.encryption.s3.materials.MaterialsDescription;
import software.amazon.encryption.s3.materials.MultipartConfiguration;
import software.amazon.encryption.s3.materials.PartialRsaKeyPair;
import software.amazon.encryption.s3.materials.RawKeyring;
import software.amazon.encryption.s3.materials.RsaKeyring;

/** The Amazon S3 Encryption Client for Java; what differs by version is {@link Version}. */
public final class Main implements Peer {
  public static void main(String[] args) throws Exception {
    Peer.serve(Version.NAME, Version.VERSION, new Main());
  }

  /** The clients below the encryption, which cost too much to be made for each request. */
  private record Wrapped(S3AsyncClient s3, KmsClient kms) {
    static Wrapped of(Request.Server server) {
      return new Wrapped(
          S3AsyncClient.builder()
              .overrideConfiguration(config -> config.addExecutionInterceptor(new NoExpect()))
              .endpointOverride(server.s3())
              .forcePathStyle(true)
              .region(Region.of(server.region()))
              .credentialsProvider(credentials(server))
              .build(),
          KmsClient.builder()
              .endpointOverride(server.kms())
              .region(Region.of(server.region()))
              .credentialsProvider(credentials(server))
              .build());
    }
  }

  /** The SDK takes moto's {@code 100 Continue} for the answer. */
  private static final class NoExpect implements ExecutionInterceptor {
    @Override
    public SdkHttpRequest modifyHttpRequest(
        Context.ModifyHttpRequest context, ExecutionAttributes attributes) {
      return context.httpRequest().toBuilder().removeHeader("Expect").build();
    }
  }

  private static StaticCredentialsProvider credentials(Request.Server server) {
    return StaticCredentialsProvider.create(
        AwsBasicCredentials.create(server.accessKeyId(), server.secretAccessKey()));
  }

  private interface Use {
    void with(S3EncryptionClient client) throws Exception;
  }

  private final Map<Request.Server, Wrapped> wrapped = new HashMap<>();

  private void client(Request request, Use use) throws Exception {
    var server = request.server();
    var clients = wrapped.computeIfAbsent(server, Wrapped::of);
    // Each instruction file that is read keeps a connection of this client for good, up to its limit.
    try (var s3 =
        S3Client.builder()
            .endpointOverride(server.s3())
            .forcePathStyle(true)
            .region(Region.of(server.region()))
            .credentialsProvider(credentials(server))
            .build()) {
      var builder = Version.builder(request);
      builder
          .wrappedClient(s3)
          .wrappedAsyncClient(clients.s3())
          .keyring(keyring(request, clients))
          .enableLegacyUnauthenticatedModes(request.legacy())
          .enableDelayedAuthenticationMode(request.delayed())
          .enableMultipartPutObject(request.multipart() != null && request.multipart().parallel())
          .instructionFileConfig(
              InstructionFileConfig.builder()
                  .instructionFileClient(s3)
                  .enableInstructionFilePutObject("instruction".equals(request.storage()))
                  .build());
      use.with(builder.build());
    }
  }

  private static Keyring keyring(Request request, Wrapped clients) throws Exception {
    var keys = request.keyring();
    return request.isKms()
        ? KmsKeyring.builder()
            .kmsClient(clients.kms())
            .wrappingKeyId(keys.kmsKeyId())
            .enableLegacyWrappingAlgorithms(request.legacy())
            .build()
        : rawKeyring(keys, request.contextOrEmpty(), request.legacy());
  }

  private static RawKeyring rawKeyring(
      Request.Keys keys, Map<String, String> description, boolean legacy) throws Exception {
    var materialsDescription = MaterialsDescription.builder().putAll(description).build();
    return keys.kind().startsWith("AES")
        ? AesKeyring.builder()
            .wrappingKey(Keyrings.aesKey(keys))
            .materialsDescription(materialsDescription)
            .enableLegacyWrappingAlgorithms(legacy)
            .build()
        : RsaKeyring.builder()
            .wrappingKeyPair(new PartialRsaKeyPair(Keyrings.rsaKeyPair(keys)))
            .materialsDescription(materialsDescription)
            .enableLegacyWrappingAlgorithms(legacy)
            .build();
  }

  private static Consumer<AwsRequestOverrideConfiguration.Builder> perRequest(Request request) {
    return builder -> {
      if (request.isKms()) withAdditionalConfiguration(request.contextOrEmpty()).accept(builder);
      if (request.suffix() != null)
        withCustomInstructionFileSuffix(request.suffix()).accept(builder);
      if (request.multipart() != null && request.multipart().parallel())
        withAdditionalConfiguration(
                MultipartConfiguration.builder().partSize(request.multipart().partSize()).build())
            .accept(builder);
    };
  }

  private static void checkWritable(Request request) {
    switch (request.keyring().kind()) {
      case "kms+context", "AES/GCM", "RSA-OAEP-SHA1" -> {}
      default -> throw new Unsupported("writes no data key wrapped with " + request.keyring().kind());
    }
    Version.checkWritable(request);
  }

  @Override
  public void put(Request request) throws Exception {
    checkWritable(request);
    if (request.suffix() != null) throw new Unsupported("a suffix on put");
    if (request.multipart() != null && !request.multipart().parallel()) {
      client(request, s3 -> putInParts(s3, request));
      return;
    }
    var put =
        PutObjectRequest.builder()
            .bucket(request.bucket())
            .key(request.key())
            .overrideConfiguration(perRequest(request))
            .build();
    client(request, s3 -> s3.putObject(put, RequestBody.fromFile(new File(request.file()))));
  }

  /** The low-level commands: parts one after the other, the last one marked. */
  private static void putInParts(S3EncryptionClient client, Request request) throws Exception {
    var uploadId =
        client
            .createMultipartUpload(
                create ->
                    create
                        .bucket(request.bucket())
                        .key(request.key())
                        .overrideConfiguration(perRequest(request)))
            .uploadId();
    var parts = new ArrayList<CompletedPart>();
    try (var file = new RandomAccessFile(request.file(), "r")) {
      do {
        int number = parts.size() + 1;
        var left = file.length() - file.getFilePointer();
        var bytes = new byte[(int) Math.min(request.multipart().partSize(), left)];
        file.readFully(bytes);
        var type = bytes.length == left ? SdkPartType.LAST : SdkPartType.DEFAULT;
        var eTag =
            client
                .uploadPart(
                    part ->
                        part.bucket(request.bucket())
                            .key(request.key())
                            .uploadId(uploadId)
                            .partNumber(number)
                            .sdkPartType(type)
                            .overrideConfiguration(perRequest(request)),
                    RequestBody.fromBytes(bytes))
                .eTag();
        parts.add(CompletedPart.builder().partNumber(number).eTag(eTag).build());
      } while (file.getFilePointer() < file.length());
    }
    client.completeMultipartUpload(
        complete ->
            complete
                .bucket(request.bucket())
                .key(request.key())
                .uploadId(uploadId)
                .multipartUpload(upload -> upload.parts(parts)));
  }

  @Override
  public void get(Request request) throws Exception {
    read(request, GetObjectRequest.builder());
  }

  @Override
  public void getRange(Request request) throws Exception {
    read(request, GetObjectRequest.builder().range(request.range()));
  }

  private void read(Request request, GetObjectRequest.Builder get) throws Exception {
    get.bucket(request.bucket())
        .key(request.key())
        .overrideConfiguration(perRequest(request));
    client(
        request,
        s3 -> {
          try (InputStream plaintext = s3.getObject(get.build())) {
            Files.copy(plaintext, Path.of(request.file()), StandardCopyOption.REPLACE_EXISTING);
          }
        });
  }

  @Override
  public void reencrypt(Request request) throws Exception {
    if (request.isKms() || request.newKeyring().kind().startsWith("kms"))
      throw new Unsupported("re-encryption of data keys in AWS KMS");
    var rotated = Map.of("rotated", "yes");
    var reencrypt =
        ReEncryptInstructionFileRequest.builder()
            .bucket(request.bucket())
            .key(request.key())
            .newKeyring(rawKeyring(request.newKeyring(), rotated, false));
    // The client puts the dot before the suffix itself.
    if (request.suffix() != null) reencrypt.instructionFileSuffix(request.suffix().substring(1));
    client(request, s3 -> s3.reEncryptInstructionFile(reencrypt.build()));
  }

  @Override
  public void delete(Request request) throws Exception {
    client(
        request,
        s3 -> s3.deleteObject(delete -> delete.bucket(request.bucket()).key(request.key())));
  }

  @Override
  public double bench(Request request) throws Exception {
    checkWritable(request);
    var bucket = request.bucket();
    var file = new File(request.file());
    var seconds = new double[1];
    client(
        request,
        s3 ->
            seconds[0] =
                Benchmark.seconds(
                    request,
                    key ->
                        s3.putObject(
                            put -> put.bucket(bucket).key(key), RequestBody.fromFile(file)),
                    key -> {
                      try (var plaintext = s3.getObject(get -> get.bucket(bucket).key(key))) {
                        Benchmark.drain(request, plaintext);
                      }
                    }));
    return seconds[0];
  }
}
