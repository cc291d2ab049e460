// SPDX-License-Identifier: Apache-2.0
package interop;

import com.amazonaws.util.VersionInfoUtils;

/** The encryption clients of the AWS SDK for Java 1.x: {@code V1} or {@code V2} by argument. */
public final class Main {
  public static void main(String[] args) throws Exception {
    var version = VersionInfoUtils.getVersion();
    switch (args[0]) {
      case "V1" -> Peer.serve("java-sdk-v1", version, new SdkPeer(new ClientV1()));
      case "V2" -> Peer.serve("java-sdk-v1-v2", version, new SdkPeer(new ClientV2()));
      default -> throw new IllegalArgumentException(args[0]);
    }
  }
}
