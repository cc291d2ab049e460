// SPDX-License-Identifier: Apache-2.0
package interop;

import com.fasterxml.jackson.annotation.JsonIgnoreProperties;
import java.net.URI;
import java.util.Map;

/** One line of the protocol, e2e/interop/protocol.ts. */
@JsonIgnoreProperties(ignoreUnknown = true)
public record Request(
    int id,
    String op,
    Server server,
    Keys keyring,
    Keys newKeyring,
    String suite,
    String commitment,
    boolean legacy,
    String storage,
    String suffix,
    Map<String, String> context,
    String bucket,
    String key,
    String file,
    String range,
    Multipart multipart,
    boolean delayed,
    Bench bench) {

  @JsonIgnoreProperties(ignoreUnknown = true)
  public record Server(
      URI s3, URI kms, String region, String accessKeyId, String secretAccessKey) {}

  @JsonIgnoreProperties(ignoreUnknown = true)
  public record Keys(
      String kind, String kmsKeyId, byte[] aesKey, byte[] rsaPrivateKey, byte[] rsaPublicKey) {}

  public record Bench(String of, int count, int size, int concurrency) {}

  public record Multipart(int partSize, boolean parallel) {}

  public boolean isKms() {
    return keyring.kind().startsWith("kms");
  }

  public Map<String, String> contextOrEmpty() {
    return context == null ? Map.of() : context;
  }
}
